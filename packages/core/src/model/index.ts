export { type BrowserModelCacheOptions, browserModelCache } from "./cache/browser-model-cache.ts";
export type {
  CachedModelFile,
  FileVersion,
  ModelCache,
  ModelCacheEstimate,
  ModelCacheKey,
  PendingModelFile,
  StoredContent,
} from "./cache/model-cache.ts";
export type { ModelLoadWarning } from "./cache-slot.ts";
export {
  clipTowers,
  type ModelComponentName,
  modelComponents,
  modelPaths,
  type StageName,
  stageNames,
  weightFolders,
} from "./description/components.ts";
export {
  type GenerationDefaults,
  MissingNetworkError,
  type UpscalingDefaults,
} from "./description/read.ts";
export {
  ModelFormatError,
  parseSchedulerConfig,
  type SchedulerConfig,
  schedulerConfigJson,
  type WrittenScheduler,
} from "./description/scheduler.ts";
export {
  conflictWith,
  descriptionFiles,
  isModelEntry,
  sharedFiles,
  type WrittenComponent,
  type WrittenDescription,
} from "./description/write.ts";
export type { FileProgress, ModelLoadProgress } from "./load-progress.ts";
export {
  ModelFileError,
  ModelFileMismatchError,
  ModelNotFoundError,
} from "./model-file-errors.ts";
export {
  type ModelFiles,
  openModelFiles,
  type ReadModelFileOptions,
} from "./model-files.ts";
export type { ListedModelFile, ModelFileList, ModelSource } from "./model-source.ts";
export type { OpenModelFilesOptions } from "./open-options.ts";
