import { InvalidArgumentError } from "@glissade/core";
import type { ParameterStore } from "./parameters.ts";

export interface MovingAverageOptions {
  /** The part of the average that a step keeps, e.g. 0.9999. */
  readonly decay: number;
  /**
   * Begin with a shorter memory: at step s (from 1) the decay is at most s / (s + 9), so that the
   * first weights are forgotten. Default false.
   */
  readonly warmUp?: boolean;
}

/**
 * An exponential moving average of the parameters: average = decay * average + (1 - decay) *
 * parameter after every step. Images are made with the average, which is better than the weights
 * themselves (Ho et al. 2020, appendix B).
 *
 * @see Polyak & Juditsky 1992; Karras et al. 2024, arXiv 2312.02696, section 3, on choosing the
 * decay
 */
export class MovingAverage {
  readonly decay: number;
  readonly warmUp: boolean;
  /** Of the parameters' layout; begins as a copy of them. */
  readonly values: Float32Array;

  /** @throws InvalidArgumentError where the decay does not lie in [0, 1). */
  constructor(parameters: ParameterStore, { decay, warmUp = false }: MovingAverageOptions) {
    if (!(decay >= 0 && decay < 1))
      throw new InvalidArgumentError({
        argument: "decay",
        received: decay,
        expected: "a number from 0 to less than 1",
      });
    this.decay = decay;
    this.warmUp = warmUp;
    this.values = parameters.zeros();
    this.values.set(parameters.values);
  }

  /** The decay of a step, counted from 1. */
  decayAt(step: number): number {
    return this.warmUp ? Math.min(this.decay, step / (step + 9)) : this.decay;
  }

  /** Moves the average towards the parameters after a step, counted from 1. */
  update(parameters: Float32Array, step: number): void {
    moveTowards(this.values, parameters, 1 - this.decayAt(step), 0, parameters.length);
  }
}

/** Moves elements `start` to `end` by `rate` of their distance to the parameters. */
export function moveTowards(
  average: Float32Array,
  parameters: Float32Array,
  rate: number,
  start: number,
  end: number,
): void {
  for (let i = start; i < end; i++) {
    const value = average[i] as number;
    average[i] = value + rate * ((parameters[i] as number) - value);
  }
}
