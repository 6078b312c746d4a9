export { NumericalError } from "./float32.ts";
export type { GenerateOptions, GenerateSettings, GenerateWarning } from "./generate-options.ts";
export { type GeneratedImage, type GenerateResult, type GenerateStep, Glide } from "./glide.ts";
export { type LoadGlideOptions, loadGlide } from "./load-glide.ts";
export { type GenerationDefaults, ModelFormatError } from "./model-folder.ts";
