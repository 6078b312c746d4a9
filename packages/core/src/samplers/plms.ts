import { type Tensor, weightedSum } from "@glissade/graph";
import { assertHoldsSignal, type NoiseLevel, noiseLevel } from "../diffusion/noise-level.ts";
import { finishedStep, firstIndex, reverseIndices, type Sampler } from "./sampler.ts";

/** Adams-Bashforth weights of the newest epsilon and its predecessors, by how many there are. */
const adamsBashforth = [
  [1],
  [3 / 2, -1 / 2],
  [23 / 12, -16 / 12, 5 / 12],
  [55 / 24, -59 / 24, 37 / 24, -9 / 24],
] as const;

/**
 * Pseudo linear multi-step: DDIM's transfer with an epsilon extrapolated from up to four steps. The
 * first step has no history and takes the mean of epsilon at its two ends (improved Euler), one
 * more evaluation. Where abar is nearly 0 a step multiplies every error of epsilon: use Karras
 * spacing, or leave the noisiest steps out as `"ddim50"` does, not all of a cosine schedule.
 *
 * @throws InvalidArgumentError where the run would start at abar = 0.
 * @see Liu et al. 2022, arXiv 2202.09778, section 3: the pseudo linear multi-step method, started
 * by the pseudo improved Euler step of S-PNDM
 * @example `plms()`
 */
export function plms(): Sampler {
  return async function* sample(input) {
    const { diffusion, denoise } = input;
    assertHoldsSignal(noiseLevel(diffusion, firstIndex(input)));
    let { x } = input;
    let history: readonly Tensor[] = [];
    for (const index of reverseIndices(input)) {
      const from = noiseLevel(diffusion, index);
      const to = noiseLevel(diffusion, index - 1);
      const { epsilon } = await denoise(x, index);
      history = [epsilon, ...history.slice(0, 3)];
      let extrapolated = extrapolate(history);
      if (history.length === 1 && index > 0) {
        const end = await denoise(transfer(x, epsilon, from, to), index - 1);
        extrapolated = weightedSum([1 / 2, epsilon], [1 / 2, end.epsilon]);
      }
      const x0 = weightedSum([1 / from.signal, x], [-from.sigma, extrapolated]);
      x = transfer(x, extrapolated, from, to);
      yield finishedStep(input, index, x, x0);
    }
  };
}

/**
 * signal' x_0 + noise' epsilon with the x_0 that belongs to x and epsilon: DDIM's step, the paper's
 * transfer part.
 */
function transfer(x: Tensor, epsilon: Tensor, from: NoiseLevel, to: NoiseLevel): Tensor {
  return weightedSum([to.signal / from.signal, x], [to.signal * (to.sigma - from.sigma), epsilon]);
}

function extrapolate(history: readonly Tensor[]): Tensor {
  const weights = adamsBashforth[Math.min(history.length, 4) - 1] ?? adamsBashforth[0];
  return weightedSum(...history.map((epsilon, i) => [weights[i] as number, epsilon] as const));
}
