import { InvalidArgumentError } from "@glissade/graph";

/**
 * A discrete diffusion diffusion q(x_t | x_0) = N(sqrt(abar_t) x_0, (1 - abar_t) I) with everything
 * that follows from its betas, in float64. Every array has one element per step; index 0 is the
 * step with the least noise. A respaced diffusion has fewer steps and remembers in `timestepMap`
 * which steps of the original diffusion they are: arithmetic uses the index, the network is told
 * `timestepMap[index]`.
 *
 * @see Ho, Jain & Abbeel 2020, arXiv 2006.11239, equations 2 to 7
 */
export interface GaussianDiffusion {
  /** Steps of this (respaced) diffusion. */
  readonly numTimesteps: number;
  /**
   * What the network is told at each step: ascending numbers of the original diffusion, fractional
   * for Karras spacing.
   */
  readonly timestepMap: readonly number[];
  readonly betas: Float64Array;
  /** abar_t, the product of 1 - beta up to and including t. */
  readonly alphasCumprod: Float64Array;
  /** abar_(t-1); 1 at t = 0. */
  readonly alphasCumprodPrev: Float64Array;
  /** abar_(t+1); 0 at the last step. */
  readonly alphasCumprodNext: Float64Array;
  readonly sqrtAlphasCumprod: Float64Array;
  readonly sqrtOneMinusAlphasCumprod: Float64Array;
  readonly logOneMinusAlphasCumprod: Float64Array;
  /** sqrt(1 / abar_t) */
  readonly sqrtRecipAlphasCumprod: Float64Array;
  /** sqrt(1 / abar_t - 1): the noise level sigma of the variance-exploding view of the diffusion. */
  readonly sqrtRecipm1AlphasCumprod: Float64Array;
  /** Variance of q(x_(t-1) | x_t, x_0); 0 at t = 0. */
  readonly posteriorVariance: Float64Array;
  /**
   * Its logarithm, finite everywhere: entry 0 repeats entry 1 (a diffusion of one step takes log
   * beta_0).
   */
  readonly posteriorLogVarianceClipped: Float64Array;
  /** Weight of x_0 in the mean of q(x_(t-1) | x_t, x_0). */
  readonly posteriorMeanCoef1: Float64Array;
  /** Weight of x_t in the mean of q(x_(t-1) | x_t, x_0). */
  readonly posteriorMeanCoef2: Float64Array;
}

/**
 * The diffusion of the given betas.
 *
 * @param betas noise variances, each in (0, 1]
 * @param timestepMap what the network is told at each step; 0, 1, 2, ... where omitted
 * @throws InvalidArgumentError where a beta leaves (0, 1], or the map is not one ascending number
 * per beta.
 * @example `gaussianDiffusion(betaSchedule("squaredcos_cap_v2", 1000))`
 */
export function gaussianDiffusion(
  betas: Float64Array,
  timestepMap: readonly number[] = Array.from(betas, (_, step) => step),
): GaussianDiffusion {
  assertBetas(betas);
  assertAscending("timestepMap", timestepMap);
  if (timestepMap.length !== betas.length) {
    throw new InvalidArgumentError({
      argument: "timestepMap",
      received: timestepMap,
      expected: `${betas.length} numbers, one per beta`,
    });
  }
  const alphasCumprod = new Float64Array(betas.length);
  betas.reduce((product, beta, t) => {
    alphasCumprod[t] = product * (1 - beta);
    return product * (1 - beta);
  }, 1);
  const alphasCumprodPrev = Float64Array.of(1, ...alphasCumprod.subarray(0, -1));
  const previous = (t: number): number => alphasCumprodPrev[t] as number;
  const posteriorVariance = betas.map(
    (beta, t) => (beta * (1 - previous(t))) / (1 - (alphasCumprod[t] as number)),
  );
  return {
    numTimesteps: betas.length,
    timestepMap: [...timestepMap],
    betas,
    alphasCumprod,
    alphasCumprodPrev,
    alphasCumprodNext: Float64Array.of(...alphasCumprod.subarray(1), 0),
    sqrtAlphasCumprod: alphasCumprod.map(Math.sqrt),
    sqrtOneMinusAlphasCumprod: alphasCumprod.map((abar) => Math.sqrt(1 - abar)),
    logOneMinusAlphasCumprod: alphasCumprod.map((abar) => Math.log(1 - abar)),
    sqrtRecipAlphasCumprod: alphasCumprod.map((abar) => Math.sqrt(1 / abar)),
    sqrtRecipm1AlphasCumprod: alphasCumprod.map((abar) => Math.sqrt(1 / abar - 1)),
    posteriorVariance,
    posteriorLogVarianceClipped: posteriorVariance.map((variance, t) =>
      Math.log(t > 0 ? variance : (posteriorVariance[1] ?? (betas[0] as number))),
    ),
    posteriorMeanCoef1: betas.map(
      (beta, t) => (beta * Math.sqrt(previous(t))) / (1 - (alphasCumprod[t] as number)),
    ),
    posteriorMeanCoef2: betas.map(
      (beta, t) => ((1 - previous(t)) * Math.sqrt(1 - beta)) / (1 - (alphasCumprod[t] as number)),
    ),
  };
}

/**
 * The diffusion that visits only some steps of another: at step i it has the other's noise level at
 * `timesteps[i]`, so beta_i = 1 - abar_i / abar_(i-1).
 *
 * @param timesteps steps of `diffusion` in ascending order, at least one; between two steps the noise
 * level is interpolated linearly in log sigma, sigma = sqrt((1 - abar) / abar)
 * @throws InvalidArgumentError where they are not ascending or leave the diffusion.
 * @see Nichol & Dhariwal 2021, arXiv 2102.09672, section 4, equation 19
 * @example `respace(diffusion, spaceTimesteps(1000, "fast27"))`
 */
export function respace(
  diffusion: GaussianDiffusion,
  timesteps: readonly number[],
): GaussianDiffusion {
  const last = diffusion.numTimesteps - 1;
  assertAscending("timesteps", timesteps);
  for (const timestep of timesteps) {
    if (!(timestep >= 0 && timestep <= last))
      throw new InvalidArgumentError({
        argument: "timesteps",
        received: timestep,
        expected: `steps from 0 to ${last}`,
      });
  }
  const kept = timesteps.map((timestep) => alphaCumprodAt(diffusion.alphasCumprod, timestep));
  const betas = Float64Array.from(
    kept,
    (abar, i) => 1 - abar / (i === 0 ? 1 : (kept[i - 1] as number)),
  );
  const { timestepMap } = diffusion;
  return gaussianDiffusion(
    betas,
    timesteps.map((timestep) => between(timestep, (step) => timestepMap[step] as number)),
  );
}

/**
 * The same diffusion for a network that was trained to be told step numbers on a scale of 0 to 1000
 * whatever the length of the diffusion (`rescale_timesteps` of guided-diffusion).
 *
 * @param originalTimesteps length of the diffusion before respacing
 */
export function rescaleTimesteps(
  diffusion: GaussianDiffusion,
  originalTimesteps: number,
): GaussianDiffusion {
  if (!(originalTimesteps > 0))
    throw new InvalidArgumentError({
      argument: "originalTimesteps",
      received: originalTimesteps,
      expected: "a positive number of steps",
    });
  return {
    ...diffusion,
    timestepMap: diffusion.timestepMap.map((timestep) => timestep * (1000 / originalTimesteps)),
  };
}

function alphaCumprodAt(alphasCumprod: Float64Array, timestep: number): number {
  if (Number.isInteger(timestep)) return alphasCumprod[timestep] as number;
  const logVariance = between(timestep, (step) =>
    Math.log(1 / (alphasCumprod[step] as number) - 1),
  ); // log sigma^2
  return 1 / (1 + Math.exp(logVariance));
}

/** `f` at a whole number, or on the straight line between its two neighbours. */
function between(position: number, f: (whole: number) => number): number {
  const below = Math.floor(position);
  const fraction = position - below;
  return fraction === 0 ? f(below) : (1 - fraction) * f(below) + fraction * f(below + 1);
}

function assertBetas(betas: Float64Array): void {
  if (betas.length === 0)
    throw new InvalidArgumentError({
      argument: "betas",
      received: betas,
      expected: "at least one beta",
    });
  for (const beta of betas) {
    if (!(beta > 0 && beta <= 1))
      throw new InvalidArgumentError({
        argument: "betas",
        received: beta,
        expected: "numbers greater than 0 and at most 1",
      });
  }
}

function assertAscending(argument: string, values: readonly number[]): void {
  const ascending = values.every(
    (value, i) => Number.isFinite(value) && (i === 0 || value > (values[i - 1] as number)),
  );
  if (values.length === 0 || !ascending)
    throw new InvalidArgumentError({
      argument,
      received: values,
      expected: "finite numbers in ascending order, each once",
    });
}
