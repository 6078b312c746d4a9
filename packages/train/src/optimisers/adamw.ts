import { InvalidArgumentError } from "@glissade/core";
import { type AdamWUpdate, applyAdamW, type DecayRun } from "./adamw-update.ts";
import type { MovingAverage } from "./moving-average.ts";
import type { ParameterSlot, ParameterStore } from "./parameters.ts";

export interface AdamWOptions {
  /** Decay of the first and the second moment. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the root of the second moment, after its bias is corrected. Default 1e-8. */
  readonly epsilon?: number;
  /**
   * Decoupled: every step takes learning rate * weightDecay of a weight away. Default 0.01,
   * PyTorch's; GLIDE's training has 0.
   */
  readonly weightDecay?: number;
  /** Which parameters decay. Default all; `matricesOnly` spares biases and norms. */
  readonly decays?: (parameter: ParameterSlot) => boolean;
}

export interface AdamWStep {
  readonly learningRate: number;
  /**
   * What the gradient is multiplied by: the clipping of its norm, or 1 / the number of accumulated
   * batches. Default 1.
   */
  readonly gradientScale?: number;
  /** Updated with the new parameters while these are in the cache. */
  readonly averages?: readonly MovingAverage[];
}

/** For `decays`: weights of two or more axes decay; biases and the scales of norms do not. */
export function matricesOnly({ dims }: ParameterSlot): boolean {
  return dims.length >= 2;
}

/**
 * AdamW as PyTorch computes it, on the flat array of a `ParameterStore`.
 *
 * @see Kingma & Ba 2015, arXiv 1412.6980, algorithm 1; Loshchilov & Hutter 2019, arXiv 1711.05101,
 * algorithm 2; torch.optim.AdamW
 * @example
 * ```ts
 * const optimiser = new AdamW(parameters, { weightDecay: 0 });
 * optimiser.step(gradient, { learningRate: 1e-4, gradientScale: clipScale(globalNorm(gradient), 1), averages: [average] });
 * ```
 */
export class AdamW {
  readonly parameters: ParameterStore;
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
  readonly #betas: readonly [number, number];
  readonly #epsilon: number;
  readonly #runs: readonly DecayRun[];
  #steps = 0;

  /** @throws InvalidArgumentError where an option is out of range. */
  constructor(
    parameters: ParameterStore,
    {
      betas = [0.9, 0.999],
      epsilon = 1e-8,
      weightDecay = 0.01,
      decays = () => true,
    }: AdamWOptions = {},
  ) {
    if (!betas.every((beta) => beta >= 0 && beta < 1))
      throw new InvalidArgumentError({
        argument: "betas",
        received: betas,
        expected: "two numbers from 0 to less than 1",
      });
    if (!(epsilon >= 0 && epsilon < Infinity))
      throw new InvalidArgumentError({
        argument: "epsilon",
        received: epsilon,
        expected: "a number from 0",
      });
    if (!(weightDecay >= 0 && weightDecay < Infinity))
      throw new InvalidArgumentError({
        argument: "weightDecay",
        received: weightDecay,
        expected: "a number from 0",
      });
    this.parameters = parameters;
    this.firstMoment = parameters.zeros();
    this.secondMoment = parameters.zeros();
    this.#betas = betas;
    this.#epsilon = epsilon;
    this.#runs = decayRuns(parameters, (slot) => (decays(slot) ? weightDecay : 0));
  }

  /** Steps made so far. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * Continues where another optimiser was: the number of its steps, after its moments were copied
   * into this one's.
   */
  restore(steps: number): void {
    if (!Number.isSafeInteger(steps) || steps < 0)
      throw new InvalidArgumentError({
        argument: "steps",
        received: steps,
        expected: "a whole number from 0",
      });
    this.#steps = steps;
  }

  /**
   * One step, in place. @throws InvalidArgumentError where the gradient has another size, or the
   * learning rate is none.
   */
  step(gradient: Float32Array, options: AdamWStep): void {
    applyAdamW(this.nextStep(gradient, options));
  }

  /**
   * Counts a step and gives it as data, for whoever carries it out: a `GradientEngine`, on all its
   * threads. @throws as `step`
   */
  nextStep(
    gradient: Float32Array,
    { learningRate, gradientScale = 1, averages = [] }: AdamWStep,
  ): AdamWUpdate {
    this.parameters.assertLayout("gradient", gradient);
    if (!(learningRate >= 0 && learningRate < Infinity))
      throw new InvalidArgumentError({
        argument: "learningRate",
        received: learningRate,
        expected: "a number from 0",
      });
    this.#steps++;
    const [beta1, beta2] = this.#betas;
    return {
      values: this.parameters.values,
      gradient,
      firstMoment: this.firstMoment,
      secondMoment: this.secondMoment,
      averages: averages.map((average) => ({
        values: average.values,
        rate: 1 - average.decayAt(this.#steps),
      })),
      runs: this.#runs,
      learningRate,
      beta1,
      beta2,
      epsilon: this.#epsilon,
      gradientScale,
      stepSize: learningRate / (1 - beta1 ** this.#steps),
      rootScale: 1 / Math.sqrt(1 - beta2 ** this.#steps),
    };
  }
}

function decayRuns(
  { slots }: ParameterStore,
  weightDecayOf: (slot: ParameterSlot) => number,
): DecayRun[] {
  const runs: DecayRun[] = [];
  for (const slot of slots) {
    const weightDecay = weightDecayOf(slot);
    const last = runs.at(-1);
    const end = slot.offset + slot.length;
    if (last?.weightDecay === weightDecay) runs[runs.length - 1] = { ...last, end };
    else runs.push({ start: slot.offset, end, weightDecay });
  }
  return runs;
}
