import { weightedSum } from "@glissade/graph";
import { noiseLevel } from "../diffusion/noise-level.ts";
import { eulerStep } from "./euler.ts";
import { finishedStep, reverseIndices, type Sampler } from "./sampler.ts";

/**
 * Heun's second-order method for the probability-flow equation: an Euler step, then the same step
 * with the mean of the slopes at its two ends. Two evaluations a step, one in the last. For steps
 * between which sigma does not fall by orders of magnitude: Karras spacing, not all of a cosine
 * schedule.
 *
 * @see Karras et al. 2022, arXiv 2206.00364, algorithm 1
 * @example `heun()`
 */
export function heun(): Sampler {
  return async function* sample(input) {
    const { diffusion, denoise } = input;
    let { x } = input;
    for (const index of reverseIndices(input)) {
      const from = noiseLevel(diffusion, index);
      const to = noiseLevel(diffusion, index - 1);
      const { x0 } = await denoise(x, index);
      x = eulerStep(x, x0, from, to);
      if (to.sigma > 0 && Number.isFinite(from.sigma)) {
        const { x0: x0AtEnd } = await denoise(x, index - 1);
        // The slope (x - x0) / sigma keeps along an Euler step except for what x0 changes: the two
        // slopes differ by (x0 - x0AtEnd) / sigma'.
        const correction = (to.signal * (from.sigma - to.sigma)) / (2 * to.sigma);
        x = weightedSum([1, x], [correction, x0AtEnd], [-correction, x0]);
      }
      yield finishedStep(input, index, x, x0);
    }
  };
}
