import { InvalidArgumentError } from "@glissade/core";
import { assertPositiveInteger } from "@glissade/graph";
import { assertOwnState, sampleByProbability, type TimestepSampler } from "./timestep-sampler.ts";

export interface LossSecondMomentOptions {
  /** Losses remembered for each step. Default 10, the paper's. */
  readonly history?: number;
  /**
   * The part of the probability that is spread evenly, so that no step is forgotten. Default 0.001.
   */
  readonly uniformProbability?: number;
}

/**
 * Adds the importance weights before they are probabilities, as guided-diffusion's sampler shows
 * them.
 */
export interface LossSecondMomentSampler extends TimestepSampler {
  /** sqrt(E[L_t^2]), normalised, or all ones while a step has fewer than `history` losses. */
  weights(): Float64Array;
}

/**
 * Importance sampling: p_t proportional to sqrt(E[L_t^2]) over the last losses of each step. It
 * makes the noisy gradient of L_vlb steadier. Until every step has `history` losses, sampling is
 * uniform.
 *
 * @see Nichol & Dhariwal 2021, arXiv 2102.09672, section 3.3, equation 18
 * @example `lossSecondMoment(process.numTimesteps)`
 */
export function lossSecondMoment(
  numTimesteps: number,
  { history = 10, uniformProbability = 0.001 }: LossSecondMomentOptions = {},
): LossSecondMomentSampler {
  assertPositiveInteger("numTimesteps", numTimesteps);
  assertPositiveInteger("history", history);
  if (!(uniformProbability >= 0 && uniformProbability <= 1))
    throw new InvalidArgumentError({
      argument: "uniformProbability",
      received: uniformProbability,
      expected: "a number from 0 to 1",
    });
  let losses: number[][] = Array.from({ length: numTimesteps }, () => []);
  const identity = { name: "loss-second-moment", numTimesteps };

  const weights = (): Float64Array => {
    if (losses.some((seen) => seen.length < history)) return new Float64Array(numTimesteps).fill(1);
    const moments = Float64Array.from(losses, (seen) =>
      Math.sqrt(seen.reduce((sum, loss) => sum + loss * loss, 0) / history),
    );
    const total = moments.reduce((sum, moment) => sum + moment, 0);
    if (total === 0) return new Float64Array(numTimesteps).fill(1);
    return moments.map(
      (moment) => (moment / total) * (1 - uniformProbability) + uniformProbability / numTimesteps,
    );
  };
  const probabilities = (): Float64Array => {
    const unnormalized = weights();
    const total = unnormalized.reduce((sum, weight) => sum + weight, 0);
    return unnormalized.map((weight) => weight / total);
  };
  return {
    weights,
    probabilities,
    sample: (count, random) => sampleByProbability(probabilities(), count, random),
    update(t, values) {
      t.forEach((step, i) => {
        const seen = losses[step];
        const loss = values[i];
        if (!seen)
          throw new InvalidArgumentError({
            argument: "t",
            received: step,
            expected: `an integer from 0 to ${numTimesteps - 1}`,
          });
        // a diverged sample must not take the whole probability
        if (loss === undefined || !Number.isFinite(loss)) return;
        seen.push(loss);
        if (seen.length > history) seen.shift();
      });
    },
    state: () => ({ ...identity, losses: losses.map((seen) => [...seen]) }),
    restore(state) {
      assertOwnState(state, identity);
      losses = state.losses.map((seen) => seen.slice(-history));
    },
  };
}
