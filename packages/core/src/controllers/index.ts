export {
  GlideLoader,
  type GlideLoaderOptions,
  type GlideLoaderSnapshot,
  glideLoader,
  type LoadContext,
  type LoaderProgress,
  type LoadFunction,
} from "./glide-loader.ts";
export { glideLoading, type SharedLoadOptions, type SourceLoader } from "./glide-loading.ts";
export {
  ImageRunController,
  type ImageRunSettings,
  type ImageRunSnapshot,
  imageRun,
  ModelNotLoadedError,
} from "./image-run.ts";
export { loaderKey } from "./loader-key.ts";
export type { PreviewSettings, StepRecord } from "./preview-reader.ts";
export { LoaderRegistry, sharedLoaders } from "./shared-loaders.ts";
