import { InvalidArgumentError } from "@glissade/core";
import type { RandomGenerator } from "@glissade/core/random";

/**
 * Steps for a batch, and what each sample's loss is multiplied by so that the mean estimates that
 * over uniform steps.
 */
export interface SampledTimesteps {
  /** Indices into the process. */
  readonly t: readonly number[];
  /** Importance weights, 1 for uniform sampling. */
  readonly weights: Float32Array;
}

/** Chooses the steps that a training batch is made of. */
export interface TimestepSampler {
  /** The probability of every step. */
  probabilities(): Float64Array;
  /**
   * @param random uniform numbers: one a sample is drawn, so that a seeded generator gives the same
   * steps again
   */
  sample(count: number, random: Pick<RandomGenerator, "rand">): SampledTimesteps;
  /** Tells the sampler the (unweighted) losses of the steps that were trained. */
  update(t: readonly number[], losses: ArrayLike<number>): void;
  /** Everything the sampler remembers, as plain data for a checkpoint. */
  state(): TimestepSamplerState;
  /** Continues from a saved state. @throws InvalidArgumentError where it is another sampler's. */
  restore(state: TimestepSamplerState): void;
}

/** JSON-safe. */
export interface TimestepSamplerState {
  readonly name: string;
  readonly numTimesteps: number;
  /** The last losses of every step, oldest first; empty where the sampler keeps none. */
  readonly losses: readonly (readonly number[])[];
}

/** Steps drawn by given probabilities, with weights 1 / (T p). */
export function sampleByProbability(
  probabilities: Float64Array,
  count: number,
  random: Pick<RandomGenerator, "rand">,
): SampledTimesteps {
  const { data } = random.rand([count]);
  const cumulative = new Float64Array(probabilities.length);
  let sum = 0;
  probabilities.forEach((p, t) => {
    sum += p;
    cumulative[t] = sum;
  });
  const t = Array.from(data, (u) => firstAbove(cumulative, u * sum));
  return {
    t,
    weights: Float32Array.from(
      t,
      (step) => 1 / (probabilities.length * (probabilities[step] as number)),
    ),
  };
}

/** @throws InvalidArgumentError where a state does not belong to this sampler. */
export function assertOwnState(
  state: TimestepSamplerState,
  { name, numTimesteps }: Pick<TimestepSamplerState, "name" | "numTimesteps">,
): void {
  if (state.name === name && state.numTimesteps === numTimesteps) return;
  throw new InvalidArgumentError({
    argument: "state",
    received: `the state of ${state.name} over ${state.numTimesteps} steps`,
    expected: `one of ${name} over ${numTimesteps} steps`,
  });
}

/** The first index whose value is above `position`; values ascend. */
function firstAbove(values: Float64Array, position: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) > position) high = middle;
    else low = middle + 1;
  }
  return low;
}
