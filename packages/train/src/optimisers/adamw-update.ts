import { moveTowards } from "./moving-average.ts";

/** Neighbouring elements of equal weight decay. */
export interface DecayRun {
  readonly start: number;
  readonly end: number;
  readonly weightDecay: number;
}

/**
 * One step of AdamW as plain data: posted to a worker thread, arrays in shared memory stay the same
 * arrays.
 */
export interface AdamWUpdate {
  readonly values: Float32Array;
  readonly gradient: Float32Array;
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
  /** Each moves by `rate` of its distance to the new values. */
  readonly averages: readonly { readonly values: Float32Array; readonly rate: number }[];
  readonly runs: readonly DecayRun[];
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly gradientScale: number;
  /** learning rate / (1 - beta1^step) */
  readonly stepSize: number;
  /** 1 / sqrt(1 - beta2^step) */
  readonly rootScale: number;
}

/**
 * Elements that are updated before the averages follow: the arrays' parts fit a second-level cache
 * together.
 */
const blockSize = 1 << 14;

/**
 * Carries out elements `start` to `end` of a step. Every element stands alone: parts may be done
 * side by side.
 */
export function applyAdamW(update: AdamWUpdate, start = 0, end = update.values.length): void {
  for (const run of update.runs) {
    const keep = 1 - update.learningRate * run.weightDecay;
    const last = Math.min(end, run.end);
    for (let from = Math.max(start, run.start); from < last; from += blockSize) {
      const to = Math.min(last, from + blockSize);
      updateBlock(update, keep, from, to);
      for (const { values, rate } of update.averages)
        moveTowards(values, update.values, rate, from, to);
    }
  }
}

/** Each element in float64; its moments and its value are rounded once, when they are stored. */
function updateBlock(update: AdamWUpdate, keep: number, start: number, end: number): void {
  const {
    values,
    gradient,
    firstMoment,
    secondMoment,
    beta1,
    beta2,
    gradientScale,
    stepSize,
    rootScale,
    epsilon,
  } = update;
  const gain1 = 1 - beta1;
  const gain2 = 1 - beta2;
  for (let i = start; i < end; i++) {
    const g = gradientScale * (gradient[i] as number);
    const m0 = firstMoment[i] as number;
    const m = m0 + gain1 * (g - m0);
    const v = beta2 * (secondMoment[i] as number) + gain2 * g * g;
    firstMoment[i] = m;
    secondMoment[i] = v;
    values[i] =
      keep * (values[i] as number) - (stepSize * m) / (Math.sqrt(v) * rootScale + epsilon);
  }
}
