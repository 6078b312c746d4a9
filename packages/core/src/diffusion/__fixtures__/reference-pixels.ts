import { betaSchedule } from "../beta-schedule.ts";
import { gaussianDiffusion, respace } from "../gaussian-diffusion.ts";
import { spaceTimesteps } from "../spacing.ts";
import { type Tensor, tensor } from "@glissade/graph";

// One pixel of two images at different steps, and what the reference implementations (GLIDE,
// guided-diffusion) computed from it in float32.

/** A tensor `[2, C, 1, 1]`. */
export function pixels(...values: readonly number[]): Tensor {
  return tensor([2, values.length / 2, 1, 1], values);
}

/** A cosine diffusion of 1000 steps respaced to 10; the rows of `glide` are at its steps 4 and 1. */
export const cosineProcess = respace(gaussianDiffusion(betaSchedule("squaredcos_cap_v2", 1000)), spaceTimesteps(1000, "10"));

export const glide = {
  t: [4, 1],
  x: pixels(-1.0395697, -0.88150734, -0.6051983, -1.000636, 0.8666884, 1.613901),
  x0: pixels(-0.0379014, -0.8149146, -0.58021545, -0.9434438, -0.9822972, 0.606259),
  noise: pixels(-0.38569736, -0.008195824, -0.37162846, -0.8706576, -0.65024406, 0.7982427),
  modelOutput: pixels(
    ...[0.3578632, 0.9748854, 0.27751356, 0.035117365, -0.5302817, -0.31842372],
    ...[0.111747235, -1.8248322, 1.3831202, 0.21524459, 0.32145634, -0.1422463],
  ),
  gradient: pixels(-0.46941888, -0.5421382, 1.1079406, -0.15835756, -0.090382844, 0.0071023013),
};

/**
 * A linear diffusion of 1000 steps respaced to 50; guided-diffusion's rows are at its steps 0 and 17.
 */
export const linearProcess = respace(gaussianDiffusion(betaSchedule("linear", 1000)), spaceTimesteps(1000, "50"));
export const linearSteps = [0, 17];

/** The largest difference, relative to 1 or to the expected value where that is larger. */
export function largestError(actual: Tensor, expected: readonly number[]): number {
  if (actual.data.length !== expected.length) return Number.POSITIVE_INFINITY;
  return Math.max(...expected.map((value, i) => Math.abs((actual.data[i] as number) - value) / Math.max(1, Math.abs(value))));
}
