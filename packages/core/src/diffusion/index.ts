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
  parseBetaScheduleName,
} from "./beta-schedule.ts";
export { type Denoise, type GradientRule, progressAt } from "./denoise.ts";
export { type DynamicThresholdingOptions, dynamicThresholding } from "./dynamic-thresholding.ts";
export { type MeanVariance, qMeanVariance, qSample } from "./forward-process.ts";
export {
  type GaussianDiffusion,
  gaussianDiffusion,
  rescaleTimesteps,
  respace,
} from "./gaussian-diffusion.ts";
export { keepKnown } from "./known-region.ts";
export { splitChannelHalves, type VarianceType, varianceTypes } from "./learned-variance.ts";
export { qPosteriorMean, qPosteriorMeanVariance } from "./posterior.ts";
export {
  type MeanType,
  meanTypes,
  predictX0FromEpsilon,
  predictX0FromPrevious,
  predictX0FromVelocity,
  type X0Weights,
  x0Weights,
} from "./predicted-x0.ts";
export {
  type Prediction,
  type PredictionOptions,
  predict,
  predictEpsilonFromVelocity,
  predictEpsilonFromX0,
  velocity,
} from "./prediction.ts";
export {
  type KarrasTimestepsOptions,
  karrasTimesteps,
  linearTimesteps,
  type Spacing,
  spacedDiffusion,
  spaceTimesteps,
  spacings,
  trailingTimesteps,
} from "./spacing.ts";
