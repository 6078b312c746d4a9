import { weightedSum } from "@glissade/graph";
import { noiseLevel } from "../diffusion/noise-level.ts";
import { assertUnitInterval } from "./ddim.ts";
import { finishedStep, reverseIndices, type Sampler } from "./sampler.ts";

export interface EulerAncestralOptions {
  /** Share of the ancestral noise: 1 (default) all of it, 0 none, which is `euler()`. */
  readonly eta?: number;
}

/**
 * Euler steps that go further down than the next noise level and add fresh noise to come back up to
 * it. In exact arithmetic it is DDIM with the same eta.
 *
 * @throws InvalidArgumentError where `eta` leaves [0, 1].
 * @see Song et al. 2021, arXiv 2011.13456, appendix F (ancestral sampling in the variance-exploding
 * view)
 * @example `eulerAncestral({ eta: 0.5 })`
 */
export function eulerAncestral({ eta = 1 }: EulerAncestralOptions = {}): Sampler {
  assertUnitInterval("eta", eta);
  return async function* sample(input) {
    const { diffusion, denoise, noise } = input;
    let { x } = input;
    for (const index of reverseIndices(input)) {
      const { x0 } = await denoise(x, index);
      const from = noiseLevel(diffusion, index);
      const to = noiseLevel(diffusion, index - 1);
      const up = eta * to.sigma * Math.sqrt(1 - (to.sigma / from.sigma) ** 2);
      const down = Math.sqrt(to.sigma ** 2 - up ** 2);
      x = weightedSum(
        [(to.signal * down) / from.noise, x],
        [to.signal * (1 - down / from.sigma), x0],
        [to.signal * up, noise(x.dims)],
      );
      yield finishedStep(input, index, x, x0);
    }
  };
}
