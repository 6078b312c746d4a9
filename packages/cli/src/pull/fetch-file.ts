import { GlissadeError, ModelFileError, ModelFileMismatchError } from "@glissade/core";
import {
  type FetchedModelFile,
  type FolderModelCache,
  fetchToFolder,
  ModelCacheError,
  type RemoteFile,
  systemFault,
} from "@glissade/core/files";
import { OutputError } from "../errors.ts";

/** A file could not be fetched, or is not what was expected. */
export class DownloadError extends GlissadeError {
  static override readonly code: string = "DownloadError";
}

export interface FetchFileOptions {
  readonly cache: FolderModelCache;
  /** Bytes that are there or have been checked. */
  readonly onProgress: (doneBytes: number, totalBytes: number | undefined) => void;
  /** Looks at a file that was just fetched; one that it refuses is not kept. */
  readonly accept: (path: string) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * A file from the cache, fetched if it is not there. It has to be what it is published to be or, if
 * that is not known, what was fetched at first: its hash is recorded beside it.
 *
 * @throws DownloadError if it cannot be fetched or is another file; OutputError if it cannot be
 * kept; what `accept` throws; the signal's reason if aborted
 */
export async function fetchFile(
  file: RemoteFile,
  { cache, onProgress, accept, signal }: FetchFileOptions,
): Promise<FetchedModelFile> {
  const before = await cache.stored(file);
  const isRecorded = file.sha256 === undefined && before.sha256 !== undefined;
  const fetched = await fetchToFolder(
    { ...file, sha256: file.sha256 ?? before.sha256 },
    {
      cache,
      onProgress: ({ loadedBytes, totalBytes }) => onProgress(loadedBytes, totalBytes),
      signal,
    },
  ).catch((cause: unknown) => {
    signal.throwIfAborted();
    const record = isRecorded ? recordPath(before.file) : undefined;
    throw ModelFileError.isInstance(cause)
      ? downloadError(file, cause, record)
      : outputError(cause);
  });
  if (!fetched.cached)
    await accept(fetched.file).catch(async (error: unknown) => {
      await cache.remove({ ...file, url: file.url.href });
      throw error;
    });
  return fetched;
}

/** Where the record of a cached file is. */
export function recordPath(path: string): string {
  return `${path}.json`;
}

function downloadError(
  { url }: RemoteFile,
  cause: ModelFileError,
  record: string | undefined,
): DownloadError {
  return new DownloadError(`${url.href}${problemOf(url, cause, record)}`, { cause });
}

function problemOf(url: URL, error: ModelFileError, record: string | undefined): string {
  if (ModelFileMismatchError.isInstance(error)) {
    const { expected, received } = error;
    if (expected.endsWith("bytes"))
      return ` has ${received}, where ${expected} were expected: it is another file.`;
    const wayOut = record
      ? ` It is compared with what was fetched first; to take the new one, delete ${record}.`
      : "";
    return ` has the SHA-256 ${received}, where ${expected} was expected: the file was changed, or damaged on its way.${wayOut}`;
  }
  if (error.loadedBytes !== undefined)
    return `: ${error.reason}. Run it again: it goes on from there.`;
  if (error.status !== undefined) return `: ${error.reason}.`;
  return `: ${url.host} cannot be reached. Check the connection, or give a folder with the files: --from DIR.`;
}

function outputError(cause: unknown): unknown {
  if (!ModelCacheError.isInstance(cause)) return cause;
  const disk = systemFault(cause) === "ENOSPC" ? "The disk is full: " : "";
  return new OutputError(`${disk}${cause.message}`, { cause });
}
