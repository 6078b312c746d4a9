export {
  chooseTimesteps,
  type TimestepChoice,
  type TimestepSamplerName,
  timestepSamplerNames,
} from "./choose-timesteps.ts";
export {
  type DiffusionLoss,
  type DiffusionLossInputs,
  diffusionLoss,
  target,
} from "./diffusion-loss.ts";
export {
  approxStandardNormalCdf,
  type DiagonalGaussian,
  discretizedGaussianLogLikelihood,
  normalKl,
} from "./likelihoods.ts";
export {
  type LossCoefficientName,
  lossCoefficientNames,
  lossCoefficients,
  vlbWeightOf,
} from "./loss-coefficients.ts";
export {
  type LossSecondMomentOptions,
  type LossSecondMomentSampler,
  lossSecondMoment,
} from "./loss-second-moment.ts";
export { isLearned, type LossType, type Objective, objective } from "./objective.ts";
export { shiftedTimesteps } from "./shifted-timesteps.ts";
export { signalToNoise } from "./signal-to-noise.ts";
export type {
  SampledTimesteps,
  TimestepSampler,
  TimestepSamplerState,
} from "./timestep-sampler.ts";
export { uniformTimesteps } from "./uniform-timesteps.ts";
export {
  type NetworkFunction,
  priorBitsPerDimension,
  type VariationalBound,
  type VariationalBoundOptions,
  type VariationalBoundStep,
  variationalBound,
  variationalBoundSteps,
} from "./variational-bound.ts";
