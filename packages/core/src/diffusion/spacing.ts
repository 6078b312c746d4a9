import {
  assertPositiveInteger,
  InvalidArgumentError,
  roundHalfEven,
  UnknownNameError,
} from "@glissade/graph";
import { type GaussianDiffusion, respace } from "./gaussian-diffusion.ts";

/**
 * How a run's steps are chosen from the training diffusion. `"respacing"` is the reference's
 * respacing (`spaceTimesteps`), the others are `linearTimesteps`, `trailingTimesteps` and
 * `karrasTimesteps`.
 */
export const spacings = ["respacing", "linear", "trailing", "karras"] as const;

export type Spacing = (typeof spacings)[number];

/**
 * The diffusion that a sampler walks.
 *
 * @param diffusion of the training
 * @param steps how many; with `"respacing"` spacing also a respacing such as `"fast27"`, `"ddim50"`
 * or `"10,15,20"`
 * @throws InvalidArgumentError where the diffusion cannot be cut that way; UnknownNameError where
 * there is no such spacing.
 * @example `spacedDiffusion(diffusion, 20, "karras")`
 */
export function spacedDiffusion(
  diffusion: GaussianDiffusion,
  steps: number | string,
  spacing: Spacing,
): GaussianDiffusion {
  if (spacing === "respacing")
    return respace(
      diffusion,
      spaceTimesteps(diffusion.numTimesteps, typeof steps === "number" ? [steps] : steps),
    );
  if (typeof steps !== "number")
    throw new InvalidArgumentError({
      argument: "steps",
      received: steps,
      expected: `a number of steps with ${spacing} spacing`,
    });
  return respace(diffusion, timesteps(diffusion, steps, spacing));
}

function timesteps(
  diffusion: GaussianDiffusion,
  steps: number,
  spacing: Exclude<Spacing, "respacing">,
): number[] {
  switch (spacing) {
    case "linear":
      return linearTimesteps(diffusion.numTimesteps, steps);
    case "trailing":
      return trailingTimesteps(diffusion.numTimesteps, steps);
    case "karras":
      return karrasTimesteps(diffusion.alphasCumprod, steps);
    default:
      throw new UnknownNameError({ kind: "spacing", asked: spacing, known: spacings });
  }
}

/**
 * Which steps of a long diffusion a shorter one keeps. All functions of this file return ascending
 * step numbers for `respace`.
 *
 * The diffusion is cut into equal sections and each gets its count of equally spaced steps: `[10, 15,
 * 20]` keeps 10 steps of the first third, and so on. A string lists the counts (`"10,15,20"`,
 * `"100"`), or is
 * - `"ddimN"`: N steps at a fixed whole stride, as Song et al. space them for DDIM;
 * - `"fast27"`: `"10,10,3,2,2"` with the noisiest step moved down by two, GLIDE's spacing for its
 *   upsampler.
 *
 * @param numTimesteps length of the original diffusion
 * @throws InvalidArgumentError where a section has fewer steps than it should keep, or no stride
 * gives N steps.
 * @see Nichol & Dhariwal 2021, arXiv 2102.09672, section 4; "fast27": Nichol et al. 2021, arXiv
 * 2112.10741
 * @example `spaceTimesteps(1000, "fast27")`
 */
export function spaceTimesteps(
  numTimesteps: number,
  sectionCounts: string | readonly number[],
): number[] {
  assertPositiveInteger("numTimesteps", numTimesteps);
  if (typeof sectionCounts !== "string") return spaceSections(numTimesteps, sectionCounts);
  if (sectionCounts === "fast27") {
    const steps = spaceSections(numTimesteps, [10, 10, 3, 2, 2]);
    // the very noisiest steps leave artefacts in so short a run
    return [...steps.slice(0, -1), numTimesteps - 3];
  }
  const ddim = /^ddim(\d+)$/.exec(sectionCounts);
  if (ddim) return fixedStride(numTimesteps, Number(ddim[1]));
  if (!/^\d+(,\d+)*$/.test(sectionCounts)) {
    throw new InvalidArgumentError({
      argument: "sectionCounts",
      received: sectionCounts,
      expected: 'counts such as "100" or "10,15,20", or "ddim50", or "fast27"',
    });
  }
  return spaceSections(numTimesteps, sectionCounts.split(",").map(Number));
}

/**
 * Equally spaced from step 0 to the noisiest, both included; a single step is the noisiest.
 *
 * @see Lin et al. 2024, arXiv 2305.08891, table 2, "linspace"
 */
export function linearTimesteps(numTimesteps: number, steps: number): number[] {
  assertStepsWithin(numTimesteps, steps);
  return Array.from({ length: steps }, (_, i) =>
    i === steps - 1 ? numTimesteps - 1 : roundHalfEven((i * (numTimesteps - 1)) / (steps - 1)),
  );
}

/**
 * Equally spaced, counted back from the noisiest step, which is always one of them: a short run
 * begins where its noise belongs.
 *
 * @see Lin et al. 2024, arXiv 2305.08891, table 2, "trailing"
 */
export function trailingTimesteps(numTimesteps: number, steps: number): number[] {
  assertStepsWithin(numTimesteps, steps);
  return Array.from(
    { length: steps },
    (_, i) => roundHalfEven(numTimesteps - (steps - 1 - i) * (numTimesteps / steps)) - 1,
  );
}

export interface KarrasTimestepsOptions {
  /** How much closer steps lie at low noise; 7 is the paper's choice, 1 spaces sigma linearly. */
  readonly rho?: number;
  /** Default: the diffusion's lowest noise level. */
  readonly sigmaMin?: number;
  /**
   * Default 80, the paper's value, or the diffusion's highest level where that is lower. A cosine
   * schedule reaches 20,000, where most steps would be lost.
   */
  readonly sigmaMax?: number;
}

/**
 * Noise levels sigma = sqrt((1 - abar) / abar) spaced evenly in sigma^(1 / rho), as fractional
 * steps: between two steps of the diffusion the position is linear in log sigma.
 *
 * @param alphasCumprod of the original diffusion
 * @throws InvalidArgumentError where the levels are not within the diffusion, or an option is out of
 * range.
 * @see Karras et al. 2022, arXiv 2206.00364, equation 5
 * @example `respace(diffusion, karrasTimesteps(diffusion.alphasCumprod, 20))`
 */
export function karrasTimesteps(
  alphasCumprod: Float64Array,
  steps: number,
  options: KarrasTimestepsOptions = {},
): number[] {
  assertPositiveInteger("steps", steps);
  const sigmas = alphasCumprod.map((abar) => Math.sqrt((1 - abar) / abar));
  const lowest = sigmas[0] as number;
  const highest = sigmas[sigmas.length - 1] as number;
  const { rho = 7, sigmaMin = lowest, sigmaMax = Math.min(80, highest) } = options;
  if (!(rho > 0 && rho < Infinity))
    throw new InvalidArgumentError({
      argument: "rho",
      received: rho,
      expected: "a positive number",
    });
  if (!(lowest <= sigmaMin && sigmaMin < sigmaMax && sigmaMax <= highest)) {
    throw new InvalidArgumentError({
      argument: "sigmaMin and sigmaMax",
      received: [sigmaMin, sigmaMax],
      expected: `two ascending levels from ${lowest} to ${highest}, those of this diffusion`,
    });
  }
  const logSigmas = sigmas.map(Math.log);
  return Array.from({ length: steps }, (_, i) => {
    if (i === steps - 1) return positionOf(Math.log(sigmaMax), logSigmas);
    if (i === 0) return positionOf(Math.log(sigmaMin), logSigmas);
    const root =
      sigmaMin ** (1 / rho) + (i / (steps - 1)) * (sigmaMax ** (1 / rho) - sigmaMin ** (1 / rho));
    return positionOf(rho * Math.log(root), logSigmas);
  });
}

function spaceSections(numTimesteps: number, counts: readonly number[]): number[] {
  if (
    !counts.every((count) => Number.isSafeInteger(count) && count >= 0) ||
    !counts.some((count) => count > 0)
  ) {
    throw new InvalidArgumentError({
      argument: "sectionCounts",
      received: counts,
      expected: "whole numbers of steps to keep, not all 0",
    });
  }
  const shortest = Math.floor(numTimesteps / counts.length);
  const longer = numTimesteps % counts.length; // that many sections are one step longer
  let start = 0;
  return counts.flatMap((count, section) => {
    const size = shortest + (section < longer ? 1 : 0);
    const kept = spaceSection(start, size, count);
    start += size;
    return kept;
  });
}

function spaceSection(start: number, size: number, count: number): number[] {
  if (count > size)
    throw new InvalidArgumentError({
      argument: "sectionCounts",
      received: count,
      expected: `at most ${size}, the length of the section`,
    });
  const stride = count <= 1 ? 1 : (size - 1) / (count - 1);
  // by repeated addition: a product would round some positions to other steps than the reference
  let position = 0;
  return Array.from({ length: count }, () => {
    const step = start + roundHalfEven(position);
    position += stride;
    return step;
  });
}

function fixedStride(numTimesteps: number, count: number): number[] {
  for (let stride = 1; stride < numTimesteps; stride++) {
    if (Math.ceil(numTimesteps / stride) === count)
      return Array.from({ length: count }, (_, i) => i * stride);
  }
  throw new InvalidArgumentError({
    argument: "sectionCounts",
    received: `ddim${count}`,
    expected: `a number of steps that a whole stride through ${numTimesteps} gives`,
    hint: `The plain count "${count}" needs no whole stride.`,
  });
}

/** Where a value lies among ascending ones, as a fractional index. */
function positionOf(value: number, ascending: Float64Array): number {
  const above = ascending.findIndex((entry) => entry >= value);
  if (above === 0) return 0;
  if (above === -1) return ascending.length - 1;
  const low = ascending[above - 1] as number;
  const high = ascending[above] as number;
  return high === value ? above : above - 1 + (value - low) / (high - low);
}

function assertStepsWithin(numTimesteps: number, steps: number): void {
  assertPositiveInteger("numTimesteps", numTimesteps);
  assertPositiveInteger("steps", steps);
  if (steps > numTimesteps)
    throw new InvalidArgumentError({
      argument: "steps",
      received: steps,
      expected: `at most ${numTimesteps}, the length of the diffusion`,
    });
}
