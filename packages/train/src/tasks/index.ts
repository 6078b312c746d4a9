export { type CaptionTokens, captionTokens } from "./caption-tokens.ts";
export { type ClassifierTaskOptions, classifierTask } from "./classifier-task.ts";
export { type ClipTaskOptions, clipTask } from "./clip-task.ts";
export { type ClipTowers, splitClipTowers } from "./clip-towers.ts";
export { type DiffusionTaskOptions, diffusionTask } from "./diffusion-task.ts";
export { erasedRegions } from "./erased-regions.ts";
export { type LowResolution, lowResolution } from "./low-resolution.ts";
export {
  type ParameterShape,
  type PreparedBatch,
  type RandomPurpose,
  type StepRandom,
  stepRandom,
  type TrainingTask,
} from "./training-task.ts";
