export { type ClassifierGradientOptions, classifierGradient } from "./classifier.ts";
export {
  type ClassifierFreeOptions,
  classifierFree,
  classifierFreeGuidance,
} from "./classifier-free.ts";
export {
  type ClipGradientOptions,
  clipGradient,
  composedText,
  type DifferentiateSimilarity,
  type PredictedImage,
} from "./clip.ts";
export { composedPrompts, needsEmptyPrompt, type WeightedOutput } from "./composed-prompts.ts";
export {
  conditionMean,
  conditionScore,
  type Gradient,
  type GradientGuidance,
  type GuidedPoint,
  guidedByGradients,
  scaledGradient,
  withGradient,
} from "./gradient.ts";
export type { Guidance, GuidanceBranches, GuidanceNeed } from "./guidance.ts";
export { constantScale, cosineScale, linearScale, type ScaleSchedule } from "./scale-schedule.ts";
