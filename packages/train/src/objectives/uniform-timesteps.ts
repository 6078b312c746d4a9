import { assertPositiveInteger } from "@glissade/graph";
import { assertOwnState, type TimestepSampler } from "./timestep-sampler.ts";

/**
 * Every step is equally likely.
 *
 * @param numTimesteps length of the process
 * @see Ho, Jain & Abbeel 2020, arXiv 2006.11239, algorithm 1
 * @example `uniformTimesteps(1000).sample(32, philoxGenerator(7))`
 */
export function uniformTimesteps(numTimesteps: number): TimestepSampler {
  assertPositiveInteger("numTimesteps", numTimesteps);
  const state = { name: "uniform", numTimesteps, losses: [] };
  return {
    probabilities: () => new Float64Array(numTimesteps).fill(1 / numTimesteps),
    sample(count, random) {
      const t = Array.from(random.rand([count]).data, (u) => Math.floor(u * numTimesteps));
      return { t, weights: new Float32Array(count).fill(1) };
    },
    update() {},
    state: () => state,
    restore: (saved) => assertOwnState(saved, state),
  };
}
