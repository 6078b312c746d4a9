import { downloadFile } from "../download-file.ts";
import type { RemoteFile } from "../file-response.ts";
import type { FileProgress } from "../load-progress.ts";
import type { FolderModelCache, StoredModelFile } from "./folder-model-cache.node.ts";

export interface FetchToFolderOptions {
  readonly cache: FolderModelCache;
  readonly onProgress?: ((progress: FileProgress) => void) | undefined;
  readonly signal: AbortSignal;
}

/** A file of a cache, whole. */
export interface FetchedModelFile extends StoredModelFile {
  /** Whether it was there before. */
  readonly cached: boolean;
}

/**
 * Brings one file of a model into a folder, for programs that read it there. It is never held in
 * memory: a cache that has no room or fails is an error.
 *
 * @throws ModelFileError if it cannot be fetched, or is not what was expected; ModelCacheError if it
 * cannot be kept; the signal's reason if aborted.
 * @example `const { file } = await fetchToFolder({ model: "glide", path: "base.pt", url, sha256 }, {
 * cache: folderModelCache(), signal });`
 */
export async function fetchToFolder(
  file: RemoteFile,
  { cache, onProgress, signal }: FetchToFolderOptions,
): Promise<FetchedModelFile> {
  let cached = false;
  const source = await downloadFile(file, {
    cache,
    isCacheRequired: true,
    maxBytes: Number.MAX_SAFE_INTEGER,
    signal,
    onProgress(progress) {
      cached = progress.fromCache;
      onProgress?.(progress);
    },
    onWarning() {},
  });
  await source.close();
  return { ...(await cache.stored(file)), cached };
}
