import { InvalidArgumentError } from "@glissade/core";
import type { Dim, GraphBuilder, Value } from "@glissade/graph";
import { discretizedGaussianLogLikelihood } from "./likelihoods.ts";
import {
  coefficient,
  type LossCoefficientName,
  lossCoefficientNames,
} from "./loss-coefficients.ts";
import { isLearned, type Objective } from "./objective.ts";

/** What a loss is computed from. Images are [B, C, H, W] of one size with known C, H and W. */
export interface DiffusionLossInputs {
  /**
   * What the network said: [B, 2C, H, W] with a learned variance, [B, C, H, W] with a fixed one.
   */
  readonly output: Value;
  readonly x0: Value;
  readonly noise: Value;
  /** x_t. */
  readonly xt: Value;
  /** [B, `lossCoefficientNames.length`] from `lossCoefficients`, of the same objective. */
  readonly coefficients: Value;
  readonly objective: Objective;
}

/** All are [B], one number a sample. */
export interface DiffusionLoss {
  /** What to minimise: mse and vb with their weights. */
  readonly loss: Value;
  /** Mean squared error of the network's prediction. */
  readonly mse: Value;
  /**
   * The step's term of L_vlb in bits per dimension, unweighted: L_0 at t = 0, else L_t. Undefined
   * for L_simple.
   */
  readonly vb: Value | undefined;
}

/**
 * Appends a training objective to a graph: plain operations, so that any backend runs and
 * differentiates it. The training loss is the mean of `loss` times the timestep sampler's weights.
 *
 * The hybrid loss's L_vlb sends no gradient into the mean (Nichol & Dhariwal 2021, section 3.1),
 * only into the variance.
 *
 * @throws InvalidArgumentError where the output's channels do not fit the variance type, or a shape
 * is another.
 * @see Ho, Jain & Abbeel 2020, arXiv 2006.11239, equations 5, 6, 12 and 14, algorithm 1; Nichol &
 * Dhariwal 2021, arXiv 2102.09672, equation 16
 * @example
 * ```ts
 * const { loss } = diffusionLoss(g, { output, x0, noise, xt, coefficients, objective: objective() });
 * ```
 */
export function diffusionLoss(g: GraphBuilder, inputs: DiffusionLossInputs): DiffusionLoss {
  const { objective, coefficients, x0 } = inputs;
  const width = lossCoefficientNames.length;
  if (coefficients.dims.length !== 2 || coefficients.dims[1] !== width)
    throw new InvalidArgumentError({
      argument: "coefficients",
      received: coefficients.dims,
      expected: `a shape [batch, ${width}], lossCoefficients' own`,
    });
  const { meanOutput, varianceOutput } = splitOutput(g, inputs);
  const error = g.sub(target(g, inputs), meanOutput);
  const elements = elementsOf(x0);
  const mse = g.div(perSample(g, g.mul(error, error)), elements);
  const weight = (name: LossCoefficientName) => perSample(g, coefficient(g, coefficients, name));
  if (objective.loss === "simple")
    return { loss: g.mul(weight("mseWeight"), mse), mse, vb: undefined };

  const isHybrid = objective.loss === "hybrid";
  const mean = predictedMean(g, inputs, isHybrid ? g.stopGradient(meanOutput) : meanOutput);
  const d = relativeLogVariance(g, coefficients, varianceOutput);
  const divergence = klFromPosterior(g, inputs, mean, d);
  const likelihood = decoderLogLikelihood(g, inputs, mean, d);
  const nats = g.sub(
    g.mul(perSample(g, divergence), weight("isDivergence")),
    g.mul(perSample(g, likelihood), weight("isDecoder")),
  );
  const vb = g.div(nats, elements * Math.LN2);
  const weighted = g.mul(weight("vlbWeight"), vb);
  return { loss: isHybrid ? g.add(g.mul(weight("mseWeight"), mse), weighted) : weighted, mse, vb };
}

/** What the network should say: the noise, x_0, v, or the posterior's mean. */
export function target(
  g: GraphBuilder,
  { x0, noise, xt, coefficients, objective }: Omit<DiffusionLossInputs, "output">,
): Value {
  const mixture = (other: Value) =>
    g.add(
      g.mul(x0, coefficient(g, coefficients, "targetX0")),
      g.mul(other, coefficient(g, coefficients, "targetOther")),
    );
  switch (objective.meanType) {
    case "epsilon":
      return noise;
    case "start-x":
      return x0;
    case "velocity":
      return mixture(noise);
    case "previous-x":
      return mixture(xt);
  }
}

/**
 * The mean of p(x_(t-1) | x_t): the posterior's for the x_0 that the network predicts. @see Ho,
 * Jain & Abbeel 2020, equations 7 and 11
 */
function predictedMean(
  g: GraphBuilder,
  { xt, coefficients, objective }: DiffusionLossInputs,
  meanOutput: Value,
): Value {
  if (objective.meanType === "previous-x") return meanOutput;
  if (objective.meanType === "start-x") return posteriorMean(g, coefficients, meanOutput, xt);
  const fromXt = g.mul(xt, coefficient(g, coefficients, "x0FromXt"));
  return posteriorMean(
    g,
    coefficients,
    g.add(fromXt, g.mul(meanOutput, coefficient(g, coefficients, "x0FromOutput"))),
    xt,
  );
}

function posteriorMean(g: GraphBuilder, coefficients: Value, x0: Value, xt: Value): Value {
  return g.add(
    g.mul(x0, coefficient(g, coefficients, "meanFromX0")),
    g.mul(xt, coefficient(g, coefficients, "meanFromXt")),
  );
}

/**
 * The model's log variance minus the posterior's: [B, C, H, W], or [B, 1, 1, 1] where it is fixed.
 */
function relativeLogVariance(
  g: GraphBuilder,
  coefficients: Value,
  varianceOutput: Value | undefined,
): Value {
  const offset = coefficient(g, coefficients, "logVarianceOffset");
  return varianceOutput
    ? g.add(g.mul(varianceOutput, coefficient(g, coefficients, "logVarianceScale")), offset)
    : offset;
}

/**
 * KL(q(x_(t-1) | x_t, x_0) || p(x_(t-1) | x_t)) in nats: (exp(-d) - 1 + d + exp(-d) (difference of
 * the means)^2 / (posterior's variance)) / 2.
 *
 * The difference is taken of the two means as the reference rounds them. It is proportional to the
 * squared error above, but where there is little noise the float32 means leave few of its digits,
 * and whoever compares the gradients sees that.
 *
 * @see Ho, Jain & Abbeel 2020, equation 5, L_(t-1)
 */
function klFromPosterior(
  g: GraphBuilder,
  { x0, xt, coefficients }: DiffusionLossInputs,
  mean: Value,
  d: Value,
): Value {
  const ratio = g.exp(g.mul(d, -1));
  const spread = g.add(g.sub(ratio, 1), d);
  const difference = g.sub(posteriorMean(g, coefficients, x0, xt), mean);
  const precision = g.mul(ratio, coefficient(g, coefficients, "posteriorPrecision"));
  return g.mul(g.add(spread, g.mul(g.mul(difference, difference), precision)), 0.5);
}

/** log p(x_0 | x_1) in nats; something finite and constant for samples that are not at t = 0. */
function decoderLogLikelihood(
  g: GraphBuilder,
  { x0, coefficients }: DiffusionLossInputs,
  mean: Value,
  d: Value,
): Value {
  const centred = g.mul(g.sub(x0, mean), coefficient(g, coefficients, "isDecoder"));
  const logPrecision = g.add(
    g.mul(d, coefficient(g, coefficients, "decoderScale")),
    coefficient(g, coefficients, "decoderOffset"),
  );
  return discretizedGaussianLogLikelihood(g, x0, { centred, precision: g.exp(logPrecision) });
}

function splitOutput(
  g: GraphBuilder,
  { output, x0, objective }: DiffusionLossInputs,
): { meanOutput: Value; varianceOutput: Value | undefined } {
  const channels = Number(x0.dims[1]);
  const expected = isLearned(objective.varianceType) ? 2 * channels : channels;
  if (output.dims[1] !== expected) {
    throw new InvalidArgumentError({
      argument: "output",
      received: output.dims,
      expected: `${expected} channels for images of ${channels} and a ${objective.varianceType} variance`,
    });
  }
  if (!isLearned(objective.varianceType)) return { meanOutput: output, varianceOutput: undefined };
  return {
    meanOutput: g.slice(output, 1, 0, channels),
    varianceOutput: g.slice(output, 1, channels, expected),
  };
}

/** The sum over everything but the batch. */
function perSample(g: GraphBuilder, value: Value): Value {
  return g.sum(value, [1, 2, 3]);
}

/** Numbers in one image. */
function elementsOf({ dims }: Value): number {
  const known = dims.slice(1).filter((dim: Dim) => typeof dim === "number");
  if (known.length !== 3)
    throw new InvalidArgumentError({
      argument: "x0",
      received: dims,
      expected: "a shape [batch, C, H, W] whose C, H and W are known",
    });
  return known.reduce((product, dim) => product * dim, 1);
}
