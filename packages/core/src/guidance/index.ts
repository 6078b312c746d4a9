export { type AdaptiveProjectedOptions, adaptiveProjected } from "./adaptive-projected.ts";
export { type AutoguidanceOptions, autoguidance } from "./autoguidance.ts";
export { type CfgZeroOptions, cfgZero } from "./cfg-zero.ts";
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
export type {
  Branch,
  Guidance,
  GuidanceBranches,
  GuidanceSettings,
  StepToX0,
} from "./guidance.ts";
export {
  type GuidanceName,
  guidanceByName,
  guidanceRules,
  type NamedGuidance,
} from "./guidance-registry.ts";
export {
  constantScale,
  cosineScale,
  type GuidanceInterval,
  linearScale,
  type ScaleSchedule,
} from "./scale-schedule.ts";
