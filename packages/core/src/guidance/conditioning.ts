import { assertSameDims, mapTensor, type Tensor } from "@glissade/graph";
import {
  batchOf,
  extract,
  type TimestepIndex,
  weightedSumByRow,
} from "../diffusion/batch-weights.ts";
import type { GaussianDiffusion } from "../diffusion/gaussian-diffusion.ts";
import { qPosteriorMean } from "../diffusion/posterior.ts";
import { predictX0FromEpsilon } from "../diffusion/predicted-x0.ts";
import type { Prediction } from "../diffusion/prediction.ts";

/**
 * Guides ancestral sampling: mean + variance * gradient. x_0 and epsilon stay what the network
 * said.
 *
 * @param gradient of a log-probability with respect to x_t, times the guidance scale; the image's
 * shape
 * @see Dhariwal & Nichol 2021, arXiv 2105.05233, algorithm 1
 */
export function conditionMean(prediction: Prediction, gradient: Tensor): Prediction {
  const { mean, variance } = prediction;
  assertSameDims(mean.dims, gradient.dims);
  return {
    ...prediction,
    mean: mapTensor(
      mean,
      (value, i) => value + (variance.data[i] as number) * (gradient.data[i] as number),
    ),
  };
}

/**
 * Guides deterministic sampling: epsilon - sqrt(1 - abar_t) * gradient. x_0 follows from the new
 * epsilon, without being clipped again, and the mean from that x_0; the variance stays.
 *
 * @param x x_t, the image that `prediction` is about
 * @param t index into `process`
 * @param gradient of a log-probability with respect to x_t, times the guidance scale; the image's
 * shape
 * @see Dhariwal & Nichol 2021, arXiv 2105.05233, algorithm 2
 */
export function conditionScore(
  process: GaussianDiffusion,
  prediction: Prediction,
  x: Tensor,
  t: TimestepIndex,
  gradient: Tensor,
): Prediction {
  const batch = batchOf(x);
  const weight = extract(process.sqrtOneMinusAlphasCumprod, t, batch).map(
    (deviation) => -deviation,
  );
  const epsilon = weightedSumByRow(
    [new Float64Array(batch).fill(1), prediction.epsilon],
    [weight, gradient],
  );
  const x0 = predictX0FromEpsilon(process, x, t, epsilon);
  return { ...prediction, epsilon, x0, mean: qPosteriorMean(process, x0, x, t) };
}
