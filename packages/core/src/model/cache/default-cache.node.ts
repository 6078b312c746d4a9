import { type FolderModelCache, folderModelCache } from "./folder-model-cache.node.ts";
import type { ModelCache } from "./model-cache.ts";
import { modelCacheFolder } from "./model-cache-folder.node.ts";

let shared: FolderModelCache | undefined;

/** The cache that is used if none is named: the platform's folder for such files. */
export function defaultModelCache(): ModelCache {
  if (shared?.folder !== modelCacheFolder()) shared = folderModelCache();
  return shared;
}
