export { Adm, type AdmOptions, type AdmResult } from "./adm.ts";
export { Glide, type GlideLike } from "./glide.ts";
export { type LoadAdmOptions, loadAdm } from "./load-adm.ts";
export { type LoadGlideOptions, loadGlide } from "./load-glide.ts";
export type { ClipGuidanceOptions, ClipGuidanceSettings } from "./options/clip.ts";
export type { GenerateWarning, WeightedPrompt } from "./options/prompt.ts";
export type { SamplerOptions, SamplerSettings } from "./options/sampler.ts";
export type {
  SamplingOptions as GenerateOptions,
  SamplingSettings as GenerateSettings,
} from "./options/sampling.ts";
export type { UpscalingOptions, UpscalingSettings } from "./options/upscaling.ts";
export type { GenerateResult } from "./run/cascade.ts";
export { guidedDenoiser } from "./run/denoiser.ts";
export { Run, type RunOptions, RunStartedError } from "./run/run.ts";
export type { GeneratedImage, GenerateStep } from "./run/sampling-loop.ts";
export { encodeText } from "./run/text-condition.ts";
export type { ClipScoreOptions } from "./tasks/clip-score.ts";
export type { ImageToImageOptions } from "./tasks/image-to-image.ts";
export type { InpaintOptions } from "./tasks/inpaint.ts";
export type { InterpolateOptions, InterpolateResult } from "./tasks/interpolate.ts";
export type { UpscaleOptions, UpscaleResult } from "./tasks/upscale.ts";
export type {
  TaskMethods,
  TaskName,
  TaskOptions,
  TaskResult,
  TaskRun,
  Tasks,
} from "./tasks.ts";
