export {
  type ClassifierFreeOptions,
  classifierFree,
  classifierFreeGuidance,
} from "./classifier-free.ts";
export { conditionMean, conditionScore } from "./conditioning.ts";
export { type GradientGuidance, type GuidedPoint, scaledGradient } from "./gradient-guidance.ts";
export type { Guidance, GuidanceBranches, GuidanceNeed } from "./guidance.ts";
export { constantScale, cosineScale, linearScale, type ScaleSchedule } from "./scale-schedule.ts";
export { type Gradient, type GradientRule, withGradient } from "./with-gradient.ts";
