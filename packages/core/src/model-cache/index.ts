export { type BrowserModelCacheOptions, browserModelCache } from "./browser-model-cache.ts";
export type {
  CachedModelFile,
  FileVersion,
  ModelCache,
  ModelCacheEstimate,
  ModelCacheKey,
  PendingModelFile,
} from "./model-cache.ts";
