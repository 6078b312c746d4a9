import { type Tensor, weightedSum } from "@glissade/graph";
import { noiseLevel } from "../diffusion/noise-level.ts";
import { finishedStep, reverseIndices, type Sampler } from "./sampler.ts";

/**
 * DPM-Solver++(2M): a second-order multi-step solver in log-SNR that extrapolates x_0, so clipping
 * and dynamic thresholding act on what it integrates and strong guidance stays stable. First order
 * in the first step, and in the last, whose log-SNR step is infinite.
 *
 * @see Lu et al. 2022, arXiv 2211.01095, algorithm 2
 * @example `dpmSolverPlusPlus2M()`
 */
export function dpmSolverPlusPlus2M(): Sampler {
  return async function* sample(input) {
    const { diffusion, denoise } = input;
    let { x } = input;
    let last: { readonly h: number; readonly x0: Tensor } | undefined;
    for (const index of reverseIndices(input)) {
      const from = noiseLevel(diffusion, index);
      const to = noiseLevel(diffusion, index - 1);
      const h = to.lambda - from.lambda;
      const { x0 } = await denoise(x, index);
      const extrapolated = last && to.noise > 0 ? extrapolate(x0, last.x0, last.h / h) : x0;
      x = weightedSum([to.noise / from.noise, x], [-to.signal * Math.expm1(-h), extrapolated]);
      last = { h, x0 };
      yield finishedStep(input, index, x, x0);
    }
  };
}

/**
 * D = (1 + 1 / 2r) x_0 - (1 / 2r) x_0 of the step before: x_0 in the middle of the step. `r` is the
 * last step's length over this one's.
 */
export function extrapolate(x0: Tensor, lastX0: Tensor, r: number): Tensor {
  return weightedSum([1 + 1 / (2 * r), x0], [-1 / (2 * r), lastX0]);
}
