export { ImageFetchError } from "./fetch-image.ts";
export type { GlissadeImageModel } from "./glissade-image-model.ts";
export {
  createGlissade,
  type GlissadeProvider,
  type GlissadeProviderSettings,
  glissade,
} from "./glissade-provider.ts";
export type { GlissadeImageOptions } from "./image-options.ts";
