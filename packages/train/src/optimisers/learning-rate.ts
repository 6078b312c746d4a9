import { InvalidArgumentError } from "@glissade/core";

/** The learning rate of a step, counted from 0. */
export type LearningRate = (step: number) => number;

export interface DecayingRateOptions {
  /** Rate of the first step. */
  readonly peak: number;
  /** Rate at the end, and after it. Default 0. */
  readonly final?: number;
  /** Steps of the whole training. */
  readonly steps: number;
  /** Steps of the rise before the decay, which are among `steps`. Default 0. */
  readonly warmUp?: number;
}

/**
 * The same rate at every step after a rise over `warmUp` steps. @example `constantRate(1e-4, {
 * warmUp: 500 })`
 */
export function constantRate(
  rate: number,
  { warmUp = 0 }: { readonly warmUp?: number } = {},
): LearningRate {
  assertRate("rate", rate);
  return withWarmUp(warmUp, rate, () => rate);
}

/**
 * Half a cosine wave down from the peak. @see Loshchilov & Hutter 2017, arXiv 1608.03983, equation
 * 5, without restarts
 */
export function cosineRate(options: DecayingRateOptions): LearningRate {
  return decayingRate(options, (progress) => (1 + Math.cos(Math.PI * progress)) / 2);
}

/** A straight line down from the peak. */
export function linearRate(options: DecayingRateOptions): LearningRate {
  return decayingRate(options, (progress) => 1 - progress);
}

function decayingRate(
  { peak, final = 0, steps, warmUp = 0 }: DecayingRateOptions,
  remaining: (progress: number) => number,
): LearningRate {
  assertRate("peak", peak);
  assertRate("final", final);
  if (!(Number.isSafeInteger(steps) && steps > warmUp))
    throw new InvalidArgumentError({
      argument: "steps",
      received: steps,
      expected: `a whole number of more than the ${warmUp} warm-up steps`,
    });
  return withWarmUp(warmUp, peak, (step) => {
    const progress = Math.min(1, (step - warmUp) / (steps - warmUp));
    return final + (peak - final) * remaining(progress);
  });
}

/**
 * Step s of w warm-up steps has (s + 1) / w of the peak: the first one moves already, the last one
 * is at the peak.
 */
function withWarmUp(warmUp: number, peak: number, after: LearningRate): LearningRate {
  if (!(Number.isSafeInteger(warmUp) && warmUp >= 0))
    throw new InvalidArgumentError({
      argument: "warmUp",
      received: warmUp,
      expected: "a whole number from 0",
    });
  return (step) => (step < warmUp ? (peak * (step + 1)) / warmUp : after(step));
}

function assertRate(argument: string, value: number): void {
  if (!(value >= 0 && value < Infinity))
    throw new InvalidArgumentError({ argument, received: value, expected: "a number from 0" });
}
