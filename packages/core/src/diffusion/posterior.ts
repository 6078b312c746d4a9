import type { Tensor } from "@glissade/graph";
import {
  batchOf,
  extract,
  filledByRow,
  type TimestepIndex,
  weightedSumByRow,
} from "./batch-weights.ts";
import type { MeanVariance } from "./forward-process.ts";
import type { GaussianDiffusion } from "./gaussian-diffusion.ts";

/**
 * q(x_(t-1) | x_t, x_0); `logVariance` is the clipped one. @see Ho, Jain & Abbeel 2020, arXiv
 * 2006.11239, equations 6 and 7
 */
export function qPosteriorMeanVariance(
  diffusion: GaussianDiffusion,
  x0: Tensor,
  x: Tensor,
  t: TimestepIndex,
): MeanVariance {
  const batch = batchOf(x);
  return {
    mean: qPosteriorMean(diffusion, x0, x, t),
    variance: filledByRow(x.dims, extract(diffusion.posteriorVariance, t, batch)),
    logVariance: filledByRow(x.dims, extract(diffusion.posteriorLogVarianceClipped, t, batch)),
  };
}

/** The mean of q(x_(t-1) | x_t, x_0). @see Ho, Jain & Abbeel 2020, arXiv 2006.11239, equation 7 */
export function qPosteriorMean(
  diffusion: GaussianDiffusion,
  x0: Tensor,
  x: Tensor,
  t: TimestepIndex,
): Tensor {
  const batch = batchOf(x);
  return weightedSumByRow(
    [extract(diffusion.posteriorMeanCoef1, t, batch), x0],
    [extract(diffusion.posteriorMeanCoef2, t, batch), x],
  );
}
