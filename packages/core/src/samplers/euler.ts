import { type Tensor, weightedSum } from "@glissade/graph";
import { type NoiseLevel, noiseLevel } from "../diffusion/noise-level.ts";
import { finishedStep, reverseIndices, type Sampler } from "./sampler.ts";

/**
 * Euler's method for the probability-flow equation d(x / signal) / d sigma = epsilon. In exact
 * arithmetic it is DDIM with eta 0.
 *
 * @see Karras et al. 2022, arXiv 2206.00364, equation 1 and algorithm 1 without its second-order
 * correction
 * @example `euler()`
 */
export function euler(): Sampler {
  return async function* sample(input) {
    let { x } = input;
    for (const index of reverseIndices(input)) {
      const { x0 } = await input.denoise(x, index);
      x = eulerStep(
        x,
        x0,
        noiseLevel(input.diffusion, index),
        noiseLevel(input.diffusion, index - 1),
      );
      yield finishedStep(input, index, x, x0);
    }
  };
}

/**
 * x + (sigma' - sigma) (x - x_0) / sigma in the variance-exploding view, i.e. x_0 stays and the
 * rest shrinks by sigma' / sigma. Written without the slope, which loses digits in float32 where
 * sigma is large, and so that it also holds for sigma = infinity.
 */
export function eulerStep(x: Tensor, x0: Tensor, from: NoiseLevel, to: NoiseLevel): Tensor {
  return weightedSum([to.noise / from.noise, x], [to.signal * (1 - to.sigma / from.sigma), x0]);
}
