import type { AnyTensor, Tensor } from "@glissade/core";
import {
  type GaussianDiffusion,
  type MeanType,
  type MeanVariance,
  predict,
  qMeanVariance,
  qPosteriorMeanVariance,
  qSample,
  type VarianceType,
} from "@glissade/core/diffusion";
import type { NoiseSource } from "@glissade/core/random";
import { evaluateGraph, GraphBuilder, type Value } from "@glissade/graph";
import { discretizedGaussianLogLikelihood, normalKl } from "./likelihoods.ts";

/** The network: x_t [B, C, H, W] and the step that it is told for every sample to its output. */
export type NetworkFunction = (
  xt: Tensor,
  timesteps: readonly number[],
) => Tensor | Promise<Tensor>;

export interface VariationalBoundOptions {
  /** Noise of the shape asked; once a step, from the noisiest on. */
  readonly noise: NoiseSource;
  /** Default `"epsilon"`. */
  readonly meanType?: MeanType;
  /** Default `"learned-range"`. */
  readonly varianceType?: VarianceType;
  /** Default `true`: the predicted x_0 is held within [-1, 1]. */
  readonly clipDenoised?: boolean;
  readonly signal?: AbortSignal;
}

/** One step's part. Arrays have one number a sample. */
export interface VariationalBoundStep {
  /** Index into the process. */
  readonly t: number;
  /** L_t, or L_0 at t = 0, in bits per dimension. */
  readonly vb: Float64Array;
  /** Mean squared error of the predicted x_0. */
  readonly x0Error: Float64Array;
  /** Mean squared error of the noise that belongs to the predicted x_0. */
  readonly epsilonError: Float64Array;
}

/** In bits per dimension, one number a sample. */
export interface VariationalBound {
  /** The bound on the negative log-likelihood: the prior's part and every step's. */
  readonly total: Float64Array;
  /** L_T: what is left of the image in x_T. */
  readonly prior: Float64Array;
  /** From the noisiest step to t = 0. */
  readonly steps: readonly VariationalBoundStep[];
}

/**
 * The variational bound of 8-bit images under a network, over every step of a process: T
 * evaluations of the network.
 *
 * @param x0 [B, C, H, W] in [-1, 1]
 * @see Ho, Jain & Abbeel 2020, arXiv 2006.11239, equation 5
 * @example `(await variationalBound(process, network, images, { noise: batchNoise(0) })).total`
 */
export async function variationalBound(
  process: GaussianDiffusion,
  network: NetworkFunction,
  x0: Tensor,
  options: VariationalBoundOptions,
): Promise<VariationalBound> {
  const steps: VariationalBoundStep[] = [];
  for await (const step of variationalBoundSteps(process, network, x0, options)) steps.push(step);
  const prior = priorBitsPerDimension(process, x0);
  const total = prior.map((bits, row) =>
    steps.reduce((sum, { vb }) => sum + (vb[row] as number), bits),
  );
  return { total, prior, steps };
}

/**
 * The steps of `variationalBound` one by one, the noisiest first: for showing progress, or for
 * stopping early.
 */
export async function* variationalBoundSteps(
  process: GaussianDiffusion,
  network: NetworkFunction,
  x0: Tensor,
  {
    noise,
    meanType = "epsilon",
    varianceType = "learned-range",
    clipDenoised = true,
    signal,
  }: VariationalBoundOptions,
): AsyncGenerator<VariationalBoundStep> {
  const batch = x0.dims[0] ?? 0;
  for (let t = process.numTimesteps - 1; t >= 0; t--) {
    signal?.throwIfAborted();
    const epsilon = noise(x0.dims);
    const xt = qSample(process, x0, t, epsilon);
    const output = await network(
      xt,
      new Array<number>(batch).fill(process.timestepMap[t] as number),
    );
    const prediction = predict(process, output, xt, t, { meanType, varianceType, clipDenoised });
    const vb =
      t === 0
        ? decoderBits(x0, prediction)
        : divergenceBits(qPosteriorMeanVariance(process, x0, xt, t), prediction);
    yield {
      t,
      vb,
      x0Error: meanSquaredError(x0, prediction.x0),
      epsilonError: meanSquaredError(epsilon, prediction.epsilon),
    };
  }
}

/**
 * KL(q(x_T | x_0) || N(0, 1)) in bits per dimension. @see Ho, Jain & Abbeel 2020, equation 5, L_T
 */
export function priorBitsPerDimension(process: GaussianDiffusion, x0: Tensor): Float64Array {
  const { mean, logVariance } = qMeanVariance(process, x0, process.numTimesteps - 1);
  return bits({ mean, logVariance }, (g, input) =>
    normalKl(
      g,
      { mean: input("mean"), logVariance: input("logVariance") },
      { mean: 0, logVariance: 0 },
    ),
  );
}

function divergenceBits(
  posterior: MeanVariance,
  { mean, logVariance }: MeanVariance,
): Float64Array {
  const tensors = {
    trueMean: posterior.mean,
    trueLogVariance: posterior.logVariance,
    mean,
    logVariance,
  };
  return bits(tensors, (g, input) =>
    normalKl(
      g,
      { mean: input("trueMean"), logVariance: input("trueLogVariance") },
      { mean: input("mean"), logVariance: input("logVariance") },
    ),
  );
}

function decoderBits(
  x0: Tensor,
  { mean, logVariance }: Pick<MeanVariance, "mean" | "logVariance">,
): Float64Array {
  return bits({ x0, mean, logVariance }, (g, input) => {
    const x = input("x0");
    const likelihood = discretizedGaussianLogLikelihood(g, x, {
      centred: g.sub(x, input("mean")),
      precision: g.exp(g.mul(input("logVariance"), -0.5)),
    });
    return g.mul(likelihood, -1);
  });
}

/** The mean over an image of some nats an element, as bits; in float64. */
function bits(
  tensors: Readonly<Record<string, AnyTensor>>,
  nats: (g: GraphBuilder, input: (name: string) => Value) => Value,
): Float64Array {
  const g = new GraphBuilder();
  const elements = nats(g, (name) => g.input(name, tensors[name]?.dims ?? []));
  const axes = elements.dims.slice(1).map((_, axis) => axis + 1);
  g.output("sum", g.sum(elements, axes));
  const { sum } = evaluateGraph(g.build(), tensors);
  const perImage = elements.dims
    .slice(1)
    .reduce<number>((product, dim) => product * Number(dim), 1);
  return (sum?.data ?? new Float64Array()).map((value) => value / (perImage * Math.LN2));
}

function meanSquaredError(a: Tensor, b: Tensor): Float64Array {
  const batch = a.dims[0] ?? 0;
  const size = a.data.length / batch;
  return Float64Array.from({ length: batch }, (_, row) => {
    let sum = 0;
    for (let i = row * size; i < (row + 1) * size; i++)
      sum += ((a.data[i] as number) - (b.data[i] as number)) ** 2;
    return sum / size;
  });
}
