export { Adm, type AdmOptions, type AdmResult } from "./adm.ts";
export type { GenerateResult } from "./cascade.ts";
export type { ClipGuidanceOptions, ClipGuidanceSettings } from "./clip-options.ts";
export type { ClipScoreOptions } from "./clip-score.ts";
export type { EditOptions } from "./edit.ts";
export { NumericalError } from "./float32.ts";
export type { GeneratedImage, GenerateStep, WithProgress } from "./generate-step.ts";
export { Glide, type GlideLike } from "./glide.ts";
export type { InpaintOptions } from "./inpaint.ts";
export type { InterpolateOptions, InterpolateResult } from "./interpolate.ts";
export { type LoadAdmOptions, loadAdm } from "./load-adm.ts";
export { type LoadGlideOptions, loadGlide } from "./load-glide.ts";
export {
  type ModelComponentName,
  modelComponents,
  type StageName,
  stageNames,
} from "./model-components.ts";
export {
  type GenerationDefaults,
  MissingNetworkError,
  type UpscalingDefaults,
} from "./model-description.ts";
export type { SamplerOptions, SamplerSettings } from "./sampler-options.ts";
export type {
  GenerateWarning,
  SamplingOptions as GenerateOptions,
  SamplingSettings as GenerateSettings,
  WeightedPrompt,
} from "./sampling-options.ts";
export { ModelFormatError } from "./scheduler-description.ts";
export type { UpscaleOptions, UpscaleResult } from "./upscale-image.ts";
export type { UpscalingOptions, UpscalingSettings } from "./upscaling-options.ts";
