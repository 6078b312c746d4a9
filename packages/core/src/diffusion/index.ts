export {
  batchOf,
  extract,
  filledByRow,
  type TimestepIndex,
  weightedSumByRow,
} from "./batch-weights.ts";
export {
  type BetaScheduleName,
  betaSchedule,
  type LegacyBetaScheduleName,
  type LegacyBetaScheduleOptions,
  legacyBetaSchedule,
} from "./beta-schedule.ts";
export { type Denoise, type GradientRule, progressAt } from "./denoise.ts";
export { type DynamicThresholdingOptions, dynamicThresholding } from "./dynamic-thresholding.ts";
export {
  type MeanVariance,
  qMeanVariance,
  qPosteriorMeanVariance,
  qSample,
} from "./forward-process.ts";
export {
  type GaussianDiffusion,
  gaussianDiffusion,
  rescaleTimesteps,
  respace,
} from "./gaussian-diffusion.ts";
export { keepKnown } from "./known-region.ts";
export {
  type MeanType,
  type Prediction,
  type PredictionOptions,
  predict,
  predictEpsilonFromVelocity,
  predictEpsilonFromX0,
  predictX0FromEpsilon,
  predictX0FromPrevious,
  predictX0FromVelocity,
  splitChannelHalves,
  type VarianceType,
  velocity,
} from "./prediction.ts";
export { type Spacing, spacedDiffusion, spacings } from "./spaced-diffusion.ts";
export {
  type KarrasTimestepsOptions,
  karrasTimesteps,
  linearTimesteps,
  spaceTimesteps,
  trailingTimesteps,
} from "./spacing.ts";
export { x0Weights } from "./x0-weights.ts";
