import { readFile, rm, stat } from "node:fs/promises";
import { writeFileAtomically } from "@glissade/core/files";
import {
  type DownloadOptions,
  download,
  type FileRecord,
  hashOf,
  OtherFileError,
} from "./download.ts";

export interface CachedFileOptions {
  /** Bytes that are there or have been checked. */
  readonly onProgress: (doneBytes: number, totalBytes: number | undefined) => void;
  /** Told where what is there cannot be used. */
  readonly onDamage: (message: string) => void;
  /** What the file is published to be. */
  readonly expected: NonNullable<DownloadOptions["expected"]>;
  /** Looks at a file that was just fetched; one that it refuses is not kept. */
  readonly accept: (path: string) => Promise<void>;
  readonly signal: AbortSignal;
}

/** A file and what it is known by. */
export interface KnownFile extends FileRecord {
  readonly path: string;
  /** Whether it lay there before. */
  readonly cached: boolean;
}

/**
 * A file from the cache, fetched where it is not there. Its size and hash are recorded beside it
 * when it is fetched, and are checked each time that it is used; a file that was damaged since is
 * fetched again, and has to be the same one as at first.
 *
 * @throws as `download`; what `accept` throws
 */
export async function cachedFile(
  url: URL,
  path: string,
  { onProgress, onDamage, expected, accept, signal }: CachedFileOptions,
): Promise<KnownFile> {
  const record = await readRecord(path);
  const size = await sizeOfFile(path);
  if (size !== undefined) {
    const damage = await damageOf(path, size, record && { ...record, ...expected }, {
      onProgress,
      signal,
    });
    if (record && damage === undefined) return { ...record, path, cached: true };
    onDamage(`${path} ${damage}: it is fetched again.`);
    await rm(path);
  }
  const fetched = await download(url, path, {
    expected: { ...record, ...expected },
    onProgress,
    signal,
  }).catch((cause: unknown) => {
    if (!OtherFileError.isInstance(cause) || !record || expected.sha256 !== undefined) throw cause;
    throw new OtherFileError(
      `${cause.message} It is compared with what was fetched first; to take the new one, delete ${recordPath(path)}.`,
      { cause },
    );
  });
  await accept(path).catch(async (error: unknown) => {
    await rm(path, { force: true });
    throw error;
  });
  await writeFileAtomically(recordPath(path), `${JSON.stringify(fetched, null, 2)}\n`);
  return { ...fetched, path, cached: false };
}

/** How many bytes of a file are there, whole or in part. */
export async function bytesThere(path: string): Promise<number> {
  return (await sizeOfFile(path)) ?? (await sizeOfFile(`${path}.part`)) ?? 0;
}

/** Where the record of a cached file lies. */
export function recordPath(path: string): string {
  return `${path}.json`;
}

async function readRecord(path: string): Promise<FileRecord | undefined> {
  try {
    const { url, size, sha256 } = JSON.parse(await readFile(recordPath(path), "utf8"));
    return typeof url === "string" && Number.isSafeInteger(size) && /^[0-9a-f]{64}$/.test(sha256)
      ? { url, size, sha256 }
      : undefined;
  } catch {
    return undefined; // none, or one that says nothing
  }
}

/** What is wrong with a file of this size, in words. */
async function damageOf(
  path: string,
  size: number,
  known: FileRecord | undefined,
  { onProgress, signal }: Pick<CachedFileOptions, "onProgress" | "signal">,
): Promise<string | undefined> {
  if (!known) return "has no record beside it of what it should be";
  if (size !== known.size) return `has ${size} bytes, where ${known.size} were fetched`;
  const hash = await hashOf(path, signal, (read) => onProgress(read, size));
  return hash.digest("hex") === known.sha256
    ? undefined
    : "is not what was fetched (its SHA-256 is another)";
}

async function sizeOfFile(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size;
}
