import { type Tensor, UnknownNameError } from "@glissade/graph";
import { batchOf, stepOfRows, type TimestepIndex, weightedSumByRow } from "./batch-weights.ts";
import type { GaussianDiffusion } from "./gaussian-diffusion.ts";

/**
 * What the network's first C channels are: the noise, x_0, v = sqrt(abar) epsilon - sqrt(1 - abar)
 * x_0, or the mean of x_(t-1).
 */
export type MeanType = "epsilon" | "start-x" | "velocity" | "previous-x";

export const meanTypes: readonly MeanType[] = ["epsilon", "start-x", "velocity", "previous-x"];

/** x_0 = fromX x_t + fromOutput output. */
export interface X0Weights {
  readonly fromX: number;
  readonly fromOutput: number;
}

/**
 * How x_0 follows from x_t and the network's output at step `t`, whatever the network predicts.
 *
 * @param t index into `diffusion`
 * @param round applied to each constant of the diffusion. Default: none
 * @throws UnknownNameError if there is no such mean type.
 * @see Ho, Jain & Abbeel 2020, arXiv 2006.11239, equation 4 (epsilon) and 7 (previous-x); Salimans &
 * Ho 2022, arXiv 2202.00512, appendix D (velocity)
 * @example `const { fromX, fromOutput } = x0Weights(diffusion, 499, "velocity");`
 */
export function x0Weights(
  diffusion: GaussianDiffusion,
  t: number,
  meanType: MeanType,
  round: (constant: number) => number = (constant) => constant,
): X0Weights {
  const at = (values: Float64Array) => round(values[t] as number); // callers check t
  switch (meanType) {
    case "epsilon":
      return {
        fromX: at(diffusion.sqrtRecipAlphasCumprod),
        fromOutput: -at(diffusion.sqrtRecipm1AlphasCumprod),
      };
    case "start-x":
      return { fromX: 0, fromOutput: 1 };
    case "velocity":
      return {
        fromX: at(diffusion.sqrtAlphasCumprod),
        fromOutput: -at(diffusion.sqrtOneMinusAlphasCumprod),
      };
    case "previous-x":
      return {
        fromX: -at(diffusion.posteriorMeanCoef2) / at(diffusion.posteriorMeanCoef1),
        fromOutput: 1 / at(diffusion.posteriorMeanCoef1),
      };
    default:
      throw new UnknownNameError({ kind: "mean type", asked: meanType, known: meanTypes });
  }
}

/**
 * x_0 by the network's output for x_t, before it is clipped. The constants are rounded to float32
 * first, as in the reference.
 *
 * @param output what the network predicts, `[B, C, H, W]`
 * @param x x_t, same shape
 */
export function predictX0(
  diffusion: GaussianDiffusion,
  output: Tensor,
  x: Tensor,
  t: TimestepIndex,
  meanType: MeanType,
): Tensor {
  if (meanType === "start-x") return output;
  const weights = stepOfRows(t, batchOf(x), diffusion.numTimesteps).map((step) =>
    x0Weights(diffusion, step, meanType, Math.fround),
  );
  return weightedSumByRow(
    [Float64Array.from(weights, ({ fromX }) => fromX), x],
    [Float64Array.from(weights, ({ fromOutput }) => fromOutput), output],
  );
}

/** (x_t - sqrt(1 - abar) epsilon) / sqrt(abar) */
export function predictX0FromEpsilon(
  diffusion: GaussianDiffusion,
  x: Tensor,
  t: TimestepIndex,
  epsilon: Tensor,
): Tensor {
  return predictX0(diffusion, epsilon, x, t, "epsilon");
}

/** sqrt(abar) x_t - sqrt(1 - abar) v. @see Salimans & Ho 2022, arXiv 2202.00512, appendix D */
export function predictX0FromVelocity(
  diffusion: GaussianDiffusion,
  x: Tensor,
  t: TimestepIndex,
  velocity: Tensor,
): Tensor {
  return predictX0(diffusion, velocity, x, t, "velocity");
}

/** The x_0 for which `previous` is the posterior mean of x_(t-1). */
export function predictX0FromPrevious(
  diffusion: GaussianDiffusion,
  x: Tensor,
  t: TimestepIndex,
  previous: Tensor,
): Tensor {
  return predictX0(diffusion, previous, x, t, "previous-x");
}
