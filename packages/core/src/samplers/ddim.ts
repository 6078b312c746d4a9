import type { Tensor } from "@glissade/graph";
import { InvalidArgumentError } from "@glissade/graph";
import {
  batchOf,
  extract,
  type TimestepIndex,
  weightedSumByRow,
} from "../diffusion/batch-weights.ts";
import type { GaussianDiffusion } from "../diffusion/gaussian-diffusion.ts";
import type { Prediction } from "../diffusion/prediction.ts";
import { finishedStep, reverseIndices, type Sampler } from "./sampler.ts";

const float32Epsilon = 2 ** -23;

export interface DdimOptions {
  /**
   * 0 (default): deterministic. 1: as much noise as ancestral sampling with the posterior's
   * variance.
   */
  readonly eta?: number;
}

/**
 * Denoising diffusion implicit models.
 *
 * @throws InvalidArgumentError where `eta` leaves [0, 1].
 * @see Song, Meng & Ermon 2021, arXiv 2010.02502, equations 12 and 16
 * @example `ddim({ eta: 0.5 })`
 */
export function ddim({ eta = 0 }: DdimOptions = {}): Sampler {
  assertUnitInterval("eta", eta);
  return async function* sample(input) {
    const { diffusion, denoise, noise } = input;
    let { x } = input;
    for (const index of reverseIndices(input)) {
      const prediction = await denoise(x, index);
      // drawn even where eta is 0, as the reference does
      x = ddimStep(diffusion, prediction, index, { eta, noise: noise(x.dims) });
      yield finishedStep(input, index, x, prediction.x0);
    }
  };
}

/**
 * sqrt(abar_(t-1)) x_0 + sqrt(1 - abar_(t-1) - sigma^2) epsilon + sigma noise (equation 12) with
 * sigma = eta sqrt((1 - abar_(t-1)) / (1 - abar_t)) sqrt(1 - abar_t / abar_(t-1)) (equation 16),
 * which is 0 at t = 0.
 *
 * @param t one step, or one per row
 * @throws InvalidArgumentError where the shapes differ or `t` is no step of the diffusion.
 */
export function ddimStep(
  diffusion: GaussianDiffusion,
  { x0, epsilon }: Prediction,
  t: TimestepIndex,
  { eta, noise }: { readonly eta: number; readonly noise: Tensor },
): Tensor {
  const abar = extract(diffusion.alphasCumprod, t, batchOf(x0));
  const abarPrev = extract(diffusion.alphasCumprodPrev, t, batchOf(x0));
  const sigma = abar.map(
    (current, row) => eta * ancestralDeviation(current, abarPrev[row] as number),
  );
  const direction = abarPrev.map((previous, row) =>
    directionWeight(previous, sigma[row] as number),
  );
  return weightedSumByRow([abarPrev.map(Math.sqrt), x0], [direction, epsilon], [sigma, noise]);
}

/**
 * One step of the deterministic diffusion towards the noise: sqrt(abar_(t+1)) x_0 + sqrt(1 -
 * abar_(t+1)) epsilon.
 *
 * @param t one step, or one per row; the last step of the diffusion leads to abar = 0, pure noise
 * @see Song, Meng & Ermon 2021, arXiv 2010.02502, section 4.3
 */
export function ddimReverseStep(
  diffusion: GaussianDiffusion,
  { x0, epsilon }: Prediction,
  t: TimestepIndex,
): Tensor {
  const abarNext = extract(diffusion.alphasCumprodNext, t, batchOf(x0));
  return weightedSumByRow(
    [abarNext.map(Math.sqrt), x0],
    [abarNext.map((next) => Math.sqrt(1 - next)), epsilon],
  );
}

/** The standard deviation of q(x_(t-1) | x_t, x_0). */
function ancestralDeviation(abar: number, abarPrev: number): number {
  return Math.sqrt((1 - abarPrev) / (1 - abar)) * Math.sqrt(1 - abar / abarPrev);
}

/**
 * sqrt(1 - abar_(t-1) - sigma^2), or 0 where float32 cannot tell 1 - abar_(t-1) from sigma^2: for
 * eta = 1 and abar_t nearly 0 the reference, which computes it in float32, has no noise left there,
 * and a more exact weight (up to 3e-4) would make another image than the reference's.
 */
function directionWeight(abarPrev: number, sigma: number): number {
  const variance = 1 - abarPrev - sigma ** 2;
  return variance <= float32Epsilon * (1 - abarPrev) ? 0 : Math.sqrt(variance);
}

/** @throws InvalidArgumentError where the value leaves [0, 1]. */
export function assertUnitInterval(argument: string, value: number): void {
  if (!(value >= 0 && value <= 1))
    throw new InvalidArgumentError({ argument, received: value, expected: "a number from 0 to 1" });
}
