import { InvalidArgumentError, type Tensor } from "@glissade/core";
import { type GaussianDiffusion, type X0Weights, x0Weights } from "@glissade/core/diffusion";
import { type GraphBuilder, tensor, type Value } from "@glissade/graph";
import type { Objective } from "./objective.ts";
import { signalToNoise } from "./signal-to-noise.ts";

/**
 * Everything in a loss that depends on the timestep: one row a sample, one column a name. Computed
 * in float64 from the process, so that a graph needs neither the schedule nor a look-up.
 *
 * d is the model's log variance minus the posterior's (clipped) one.
 */
export const lossCoefficientNames = [
  /**
   * Weights of the two parts of a target that is a mixture: x_0 and noise for "velocity", x_0 and
   * x_t for "previous-x".
   */
  "targetX0",
  "targetOther",
  /** Weight of the squared error in the loss: min-SNR's. */
  "mseWeight",
  /** Weight of the sample's term of L_vlb in the loss. */
  "vlbWeight",
  /** d = logVarianceScale * (the network's variance channels) + logVarianceOffset. */
  "logVarianceScale",
  "logVarianceOffset",
  /** The x_0 that the network predicts is x0FromXt * x_t + x0FromOutput * output. */
  "x0FromXt",
  "x0FromOutput",
  /** The posterior's mean is meanFromX0 * x_0 + meanFromXt * x_t. */
  "meanFromX0",
  "meanFromXt",
  /** 1 / (posterior's variance). */
  "posteriorPrecision",
  /**
   * 1 and 0 where the term is a divergence; 0 and 1 at t = 0, where it is the decoder's likelihood.
   */
  "isDivergence",
  "isDecoder",
  /**
   * The decoder's log(1 / deviation) = decoderScale * d + decoderOffset; both 0 where the term is a
   * divergence.
   */
  "decoderScale",
  "decoderOffset",
] as const;

export type LossCoefficientName = (typeof lossCoefficientNames)[number];

/**
 * The coefficients [B, k] of the steps of a batch: an input of the training graph.
 *
 * @param process whose steps `t` are
 * @param t one step a sample
 * @throws InvalidArgumentError where a step is none of the process.
 * @example `lossCoefficients(process, [17, 803], objective())`
 */
export function lossCoefficients(
  process: GaussianDiffusion,
  t: readonly number[],
  objective: Objective,
): Tensor {
  const rows = t.map((step) => {
    if (!Number.isInteger(step) || step < 0 || step >= process.numTimesteps)
      throw new InvalidArgumentError({
        argument: "t",
        received: step,
        expected: `an integer from 0 to ${process.numTimesteps - 1}, a step of this process`,
      });
    const row = coefficientsOf(process, step, objective);
    return lossCoefficientNames.map((name) => row[name]);
  });
  return tensor([t.length, lossCoefficientNames.length], rows.flat());
}

/** One coefficient as [B, 1, 1, 1], which broadcasts over an image. */
export function coefficient(
  g: GraphBuilder,
  coefficients: Value,
  name: LossCoefficientName,
): Value {
  const column = lossCoefficientNames.indexOf(name);
  return g.reshape(g.slice(coefficients, 1, column, column + 1), [
    coefficients.dims[0] ?? 1,
    1,
    1,
    1,
  ]);
}

function coefficientsOf(
  process: GaussianDiffusion,
  t: number,
  objective: Objective,
): Record<LossCoefficientName, number> {
  const isDecoder = t === 0;
  const posteriorLogVariance = at(process.posteriorLogVarianceClipped, t);
  const predictedX0 = predictedX0Weights(process, t, objective);
  const { scale, offset } = relativeLogVariance(process, t, objective);
  const { x0, other } = targetWeights(process, t, objective);
  return {
    targetX0: x0,
    targetOther: other,
    mseWeight:
      objective.minSnrGamma === undefined
        ? 1
        : minSnrWeight(process, t, objective.minSnrGamma, objective),
    vlbWeight: vlbWeightOf(process, objective),
    logVarianceScale: scale,
    logVarianceOffset: offset,
    x0FromXt: predictedX0.fromX,
    x0FromOutput: predictedX0.fromOutput,
    meanFromX0: at(process.posteriorMeanCoef1, t),
    meanFromXt: at(process.posteriorMeanCoef2, t),
    posteriorPrecision: Math.exp(-posteriorLogVariance),
    isDivergence: isDecoder ? 0 : 1,
    isDecoder: isDecoder ? 1 : 0,
    decoderScale: isDecoder ? -0.5 : 0,
    decoderOffset: isDecoder ? -0.5 * posteriorLogVariance : 0,
  };
}

/** What a sample's term of L_vlb weighs: see `Objective.vlbWeight`. */
export function vlbWeightOf(
  { numTimesteps }: GaussianDiffusion,
  { loss, vlbWeight }: Objective,
): number {
  return vlbWeight ?? (loss === "vlb" ? numTimesteps : numTimesteps / 1000);
}

/**
 * v = sqrt(abar) noise - sqrt(1 - abar) x_0 (Salimans & Ho 2022, appendix D); the posterior's mean
 * c1 x_0 + c2 x_t (Ho et al. 2020, equation 7).
 */
function targetWeights(
  process: GaussianDiffusion,
  t: number,
  { meanType }: Objective,
): { x0: number; other: number } {
  switch (meanType) {
    case "epsilon":
      return { x0: 0, other: 1 };
    case "start-x":
      return { x0: 1, other: 0 };
    case "velocity":
      return {
        x0: -at(process.sqrtOneMinusAlphasCumprod, t),
        other: at(process.sqrtAlphasCumprod, t),
      };
    case "previous-x":
      return { x0: at(process.posteriorMeanCoef1, t), other: at(process.posteriorMeanCoef2, t) };
  }
}

/** Without use for "previous-x", whose output is the mean already. */
function predictedX0Weights(
  process: GaussianDiffusion,
  t: number,
  { meanType }: Objective,
): X0Weights {
  return x0Weights(process, t, meanType === "previous-x" ? "start-x" : meanType);
}

/**
 * The model's log variance relative to the posterior's: linear in the network's channels v. For
 * "learned-range", f (log beta - log betatilde) with f = (v + 1) / 2.
 */
function relativeLogVariance(
  process: GaussianDiffusion,
  t: number,
  { varianceType }: Objective,
): { scale: number; offset: number } {
  const posterior = at(process.posteriorLogVarianceClipped, t);
  switch (varianceType) {
    case "learned":
      return { scale: 1, offset: -posterior };
    case "learned-range": {
      const half = (Math.log(at(process.betas, t)) - posterior) / 2;
      return { scale: half, offset: half };
    }
    case "fixed-small":
      return { scale: 0, offset: 0 };
    // at t = 0 the posterior's of step 1, which the clipped one is: Ho et al. 2020's code
    case "fixed-large":
      return { scale: 0, offset: t === 0 ? 0 : Math.log(at(process.betas, t)) - posterior };
  }
}

/**
 * Min-SNR weighting. With x_0 as the target the weight is min(SNR, gamma); the others' follow from
 * how their squared error relates to that of x_0: SNR for the noise, SNR + 1 for v, c1^2 for the
 * mean of x_(t-1).
 *
 * @see Hang et al. 2023, arXiv 2303.09556, equation 8 and section 3.4
 */
function minSnrWeight(
  process: GaussianDiffusion,
  t: number,
  gamma: number,
  { meanType }: Objective,
): number {
  const snr = signalToNoise(process, t);
  switch (meanType) {
    case "epsilon":
      return Math.min(1, gamma / snr);
    case "start-x":
      return Math.min(snr, gamma);
    case "velocity":
      return Math.min(snr, gamma) / (snr + 1);
    case "previous-x":
      return Math.min(snr, gamma) / at(process.posteriorMeanCoef1, t) ** 2;
  }
}

function at(values: Float64Array, t: number): number {
  return values[t] as number; // t is a step of the process: checked in lossCoefficients
}
