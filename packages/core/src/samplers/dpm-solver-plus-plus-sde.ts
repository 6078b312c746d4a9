import { type Tensor, weightedSum } from "@glissade/graph";
import { noiseLevel } from "../diffusion/noise-level.ts";
import { assertUnitInterval } from "./ddim.ts";
import { extrapolate } from "./dpm-solver-plus-plus.ts";
import { finishedStep, reverseIndices, type Sampler } from "./sampler.ts";

export interface DpmSolverPlusPlus2MSdeOptions {
  /**
   * How much of the noise is replaced by fresh noise: 1 (default) the reverse diffusion of the
   * paper, 0 `dpmSolverPlusPlus2M()`.
   */
  readonly eta?: number;
}

/**
 * SDE-DPM-Solver++(2M): the multi-step solver in log-SNR for the reverse diffusion instead of its
 * probability flow.
 *
 * @throws InvalidArgumentError where `eta` leaves [0, 1].
 * @see Lu et al. 2022, arXiv 2211.01095, SDE-DPM-Solver++(2M); for eta < 1 the diffusion has eta
 * times the variance, and its drift changes with it
 * @example `dpmSolverPlusPlus2MSde()`
 */
export function dpmSolverPlusPlus2MSde({ eta = 1 }: DpmSolverPlusPlus2MSdeOptions = {}): Sampler {
  assertUnitInterval("eta", eta);
  return async function* sample(input) {
    const { diffusion, denoise, noise } = input;
    let { x } = input;
    let last: { readonly h: number; readonly x0: Tensor } | undefined;
    for (const index of reverseIndices(input)) {
      const from = noiseLevel(diffusion, index);
      const to = noiseLevel(diffusion, index - 1);
      const h = to.lambda - from.lambda;
      const decay = to.sigma / from.sigma; // e^-h, also where h is infinite
      const { x0 } = await denoise(x, index);
      const extrapolated = last && to.noise > 0 ? extrapolate(x0, last.x0, last.h / h) : x0;
      x = weightedSum(
        [(to.noise / from.noise) * decay ** eta, x],
        [to.signal * (1 - decay ** (1 + eta)), extrapolated],
        [to.noise * Math.sqrt(1 - decay ** (2 * eta)), noise(x.dims)],
      );
      last = { h, x0 };
      yield finishedStep(input, index, x, x0);
    }
  };
}
