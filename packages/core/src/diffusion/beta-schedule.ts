import { assertPositiveInteger, UnknownNameError } from "@glissade/graph";

const schedules = { linear, squaredcos_cap_v2: squaredCosine, cosine: squaredCosine };

/** `"cosine"` is another name of `"squaredcos_cap_v2"`. */
export type BetaScheduleName = keyof typeof schedules;

/**
 * The betas of a named schedule, in float64, index 0 = least noise.
 *
 * - `"linear"`: from 0.0001 to 0.02 for 1000 steps (Ho et al. 2020), the end points scaled by 1000
 *   / T for other lengths.
 * - `"squaredcos_cap_v2"`: abar(t) = cos^2((t + 0.008) / 1.008 * pi / 2), each beta at most 0.999
 *   (Nichol & Dhariwal 2021, arXiv 2102.09672, equation 17).
 *
 * @param numTimesteps length T of the diffusion
 * @throws UnknownNameError for another name; InvalidArgumentError where T is no positive integer.
 * @example `betaSchedule("squaredcos_cap_v2", 1000)`
 */
export function betaSchedule(name: BetaScheduleName, numTimesteps: number): Float64Array {
  assertPositiveInteger("numTimesteps", numTimesteps);
  return schedules[parseBetaScheduleName(name)](numTimesteps);
}

/** @throws UnknownNameError if it is no schedule's name. */
export function parseBetaScheduleName(name: unknown): BetaScheduleName {
  if (isScheduleName(name)) return name;
  throw new UnknownNameError({
    kind: "beta schedule",
    asked: name,
    known: Object.keys(schedules),
  });
}

function isScheduleName(name: unknown): name is BetaScheduleName {
  return typeof name === "string" && Object.hasOwn(schedules, name);
}

export interface LegacyBetaScheduleOptions {
  readonly betaStart: number;
  readonly betaEnd: number;
  readonly steps: number;
}

const legacySchedules = {
  quad: ({ betaStart, betaEnd, steps }: LegacyBetaScheduleOptions) =>
    linspace(Math.sqrt(betaStart), Math.sqrt(betaEnd), steps).map((root) => root * root),
  linear: ({ betaStart, betaEnd, steps }: LegacyBetaScheduleOptions) =>
    linspace(betaStart, betaEnd, steps),
  warmup10: (options: LegacyBetaScheduleOptions) => warmup(options, 0.1),
  warmup50: (options: LegacyBetaScheduleOptions) => warmup(options, 0.5),
  const: ({ betaEnd, steps }: LegacyBetaScheduleOptions) => new Float64Array(steps).fill(betaEnd),
  jsd: ({ steps }: LegacyBetaScheduleOptions) =>
    linspace(steps, 1, steps).map((remaining) => 1 / remaining),
};

export type LegacyBetaScheduleName = keyof typeof legacySchedules;

/**
 * The schedules of the first diffusion code (Ho et al. 2020), with a beta range of the caller's
 * choice: `"linear"`, `"quad"` (linear in sqrt(beta)), `"warmup10"` and `"warmup50"` (linear over
 * the first 10 or 50 % of the steps, then constant), `"const"` (all `betaEnd`), `"jsd"` (1/T,
 * 1/(T-1), ..., 1).
 *
 * @throws UnknownNameError for another name; InvalidArgumentError where `steps` is no positive
 * integer.
 * @example `legacyBetaSchedule("quad", { betaStart: 0.0001, betaEnd: 0.02, steps: 100 })`
 */
export function legacyBetaSchedule(
  name: LegacyBetaScheduleName,
  options: LegacyBetaScheduleOptions,
): Float64Array {
  assertPositiveInteger("steps", options.steps);
  if (!Object.hasOwn(legacySchedules, name))
    throw new UnknownNameError({
      kind: "legacy beta schedule",
      asked: name,
      known: Object.keys(legacySchedules),
    });
  return legacySchedules[name](options);
}

function linear(numTimesteps: number): Float64Array {
  const scale = 1000 / numTimesteps;
  return linspace(scale * 0.0001, scale * 0.02, numTimesteps);
}

function squaredCosine(numTimesteps: number): Float64Array {
  const alphaCumprod = (time: number) => Math.cos((((time + 0.008) / 1.008) * Math.PI) / 2) ** 2;
  return Float64Array.from({ length: numTimesteps }, (_, t) =>
    Math.min(1 - alphaCumprod((t + 1) / numTimesteps) / alphaCumprod(t / numTimesteps), 0.999),
  );
}

function warmup(
  { betaStart, betaEnd, steps }: LegacyBetaScheduleOptions,
  fraction: number,
): Float64Array {
  const betas = new Float64Array(steps).fill(betaEnd);
  betas.set(linspace(betaStart, betaEnd, Math.trunc(steps * fraction)));
  return betas;
}

/** `count` numbers from `start` to `end`, both included, equally spaced. */
function linspace(start: number, end: number, count: number): Float64Array {
  const step = (end - start) / (count - 1);
  return Float64Array.from({ length: count }, (_, i) =>
    i === 0 ? start : i === count - 1 ? end : start + i * step,
  );
}
