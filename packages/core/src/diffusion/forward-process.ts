import type { Tensor } from "@glissade/graph";
import {
  batchOf,
  extract,
  filledByRow,
  type TimestepIndex,
  weightedSumByRow,
} from "./batch-weights.ts";
import type { GaussianDiffusion } from "./gaussian-diffusion.ts";

/** A diagonal Gaussian; all three tensors have the shape of the image. */
export interface MeanVariance {
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly logVariance: Tensor;
}

/**
 * An image with the noise of step `t`: sqrt(abar_t) x_0 + sqrt(1 - abar_t) noise.
 *
 * @param x0 `[B, C, H, W]` in [-1, 1]
 * @param noise standard normal, same shape
 * @see Ho, Jain & Abbeel 2020, arXiv 2006.11239, equation 4
 * @example `qSample(diffusion, image, 499, torchGenerator(7).randn(image.dims))`
 */
export function qSample(
  diffusion: GaussianDiffusion,
  x0: Tensor,
  t: TimestepIndex,
  noise: Tensor,
): Tensor {
  const batch = batchOf(x0);
  return weightedSumByRow(
    [extract(diffusion.sqrtAlphasCumprod, t, batch), x0],
    [extract(diffusion.sqrtOneMinusAlphasCumprod, t, batch), noise],
  );
}

/** q(x_t | x_0). @see Ho, Jain & Abbeel 2020, arXiv 2006.11239, equation 4 */
export function qMeanVariance(
  diffusion: GaussianDiffusion,
  x0: Tensor,
  t: TimestepIndex,
): MeanVariance {
  const batch = batchOf(x0);
  return {
    mean: weightedSumByRow([extract(diffusion.sqrtAlphasCumprod, t, batch), x0]),
    variance: filledByRow(
      x0.dims,
      extract(
        diffusion.alphasCumprod.map((abar) => 1 - abar),
        t,
        batch,
      ),
    ),
    logVariance: filledByRow(x0.dims, extract(diffusion.logOneMinusAlphasCumprod, t, batch)),
  };
}
