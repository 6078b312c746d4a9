export { clipScore, type RPrecision, type RPrecisionOptions, rPrecision } from "./caption-match.ts";
export { FeatureMoments, type Gaussian, gaussianFit } from "./feature-moments.ts";
export { frechetDistance } from "./frechet-distance.ts";
export { type InceptionScoreOptions, inceptionScore } from "./inception-score.ts";
export {
  type KernelDistance,
  type KernelDistanceOptions,
  kernelDistance,
} from "./kernel-distance.ts";
export { neighbourRadii } from "./nearest-neighbours.ts";
export { meanPairwiseDistance } from "./pairwise-distance.ts";
export { type ManifoldMetrics, type ManifoldOptions, manifoldMetrics } from "./precision-recall.ts";
