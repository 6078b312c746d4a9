"use client";

export { GlissadeProvider, type GlissadeProviderProps } from "./glissade-provider.ts";
export { ModelOnServerError } from "./model-on-server-error.ts";
export { type UseGlideOptions, type UseGlideResult, useGlide } from "./use-glide.ts";
export {
  type ImageRunOptions,
  type ImageRunResult,
  useImageToImage,
  useInpaint,
  useInterpolate,
  useTextToImage,
  useUpscale,
} from "./use-image-run.ts";
