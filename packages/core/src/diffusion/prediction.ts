import {
  assertSameDims,
  InvalidArgumentError,
  mapTensor,
  sizeOf,
  type Tensor,
  UnknownNameError,
} from "@glissade/graph";
import {
  batchOf,
  extract,
  filledByRow,
  type TimestepIndex,
  weightedSumByRow,
} from "./batch-weights.ts";
import { qPosteriorMean } from "./forward-process.ts";
import type { GaussianDiffusion } from "./gaussian-diffusion.ts";

/**
 * What the network's first C channels are: the noise, x_0, v = sqrt(abar) epsilon - sqrt(1 - abar)
 * x_0, or the mean of x_(t-1).
 */
export type MeanType = "epsilon" | "start-x" | "velocity" | "previous-x";

/**
 * The variance of p(x_(t-1) | x_t): the posterior's (`fixed-small`), beta_t (`fixed-large`), or
 * from the network's last C channels, as log variance itself (`learned`) or as a position between
 * the two fixed ones (`learned-range`; Nichol & Dhariwal 2021, arXiv 2102.09672, equation 15).
 */
export type VarianceType = "fixed-small" | "fixed-large" | "learned" | "learned-range";

/**
 * p(x_(t-1) | x_t) as the network sees it. All tensors are `[B, C, H, W]`. `predict` computes each
 * when it is first read: few samplers need all.
 */
export interface Prediction {
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly logVariance: Tensor;
  /** The image the network expects behind the noise, after `denoisedFn` and clipping. */
  readonly x0: Tensor;
  /**
   * The noise that belongs to `x0`: re-derived from it, so it agrees with the clipped image, as
   * DDIM needs it.
   */
  readonly epsilon: Tensor;
}

export interface PredictionOptions {
  /** Default `"epsilon"`. */
  readonly meanType?: MeanType;
  /** Default `"learned-range"`. */
  readonly varianceType?: VarianceType;
  /**
   * Default `true`: x_0 is clamped to [-1, 1]. A function does something else, e.g.
   * `dynamicThresholding()`.
   */
  readonly clipDenoised?: boolean | ((x0: Tensor) => Tensor);
  /** Changes x_0 before it is clipped, e.g. puts known pixels back. */
  readonly denoisedFn?: ((x0: Tensor) => Tensor) | undefined;
}

/**
 * Turns what the network said about `x` at step `t` into the distribution of x_(t-1).
 *
 * @param modelOutput `[B, 2C, H, W]` for the learned variance types, `[B, C, H, W]` for the fixed
 * ones
 * @param x x_t, `[B, C, H, W]`
 * @param t index into `diffusion`
 * @throws InvalidArgumentError where the shapes do not fit or `t` is no step of the diffusion.
 * @see Ho, Jain & Abbeel 2020, arXiv 2006.11239, equations 7 and 15
 * @example `predict(diffusion, await model(x, diffusion.timestepMap[t]), x, t).mean`
 */
export function predict(
  diffusion: GaussianDiffusion,
  modelOutput: Tensor,
  x: Tensor,
  t: TimestepIndex,
  options: PredictionOptions = {},
): Prediction {
  const {
    meanType = "epsilon",
    varianceType = "learned-range",
    clipDenoised = true,
    denoisedFn,
  } = options;
  const { meanOutput, varianceOutput } = splitChannels(modelOutput, x, varianceType);
  assertVarianceType(varianceType);
  const denoised = predictX0(diffusion, meanOutput, x, t, meanType);
  const x0 = clip(denoisedFn ? denoisedFn(denoised) : denoised, clipDenoised);
  const mean = once(() =>
    meanType === "previous-x" ? meanOutput : qPosteriorMean(diffusion, x0, x, t),
  );
  const logVariance = once(() => predictLogVariance(diffusion, varianceOutput, x, t, varianceType));
  const variance = once(() => predictVariance(diffusion, logVariance(), t, varianceType));
  const epsilon = once(() => predictEpsilonFromX0(diffusion, x, t, x0));
  return {
    x0,
    get mean() {
      return mean();
    },
    get variance() {
      return variance();
    },
    get logVariance() {
      return logVariance();
    },
    get epsilon() {
      return epsilon();
    },
  };
}

function once<T>(compute: () => T): () => T {
  let computed: { readonly value: T } | undefined;
  return () => {
    computed ??= { value: compute() };
    return computed.value;
  };
}

/** (x_t - sqrt(1 - abar) epsilon) / sqrt(abar) */
export function predictX0FromEpsilon(
  diffusion: GaussianDiffusion,
  x: Tensor,
  t: TimestepIndex,
  epsilon: Tensor,
): Tensor {
  const batch = batchOf(x);
  return weightedSumByRow(
    [extract(diffusion.sqrtRecipAlphasCumprod, t, batch), x],
    [extract(diffusion.sqrtRecipm1AlphasCumprod, t, batch).map(negate), epsilon],
  );
}

/** (x_t - sqrt(abar) x_0) / sqrt(1 - abar); in this form it also holds where abar = 0. */
export function predictEpsilonFromX0(
  diffusion: GaussianDiffusion,
  x: Tensor,
  t: TimestepIndex,
  x0: Tensor,
): Tensor {
  const deviation = extract(diffusion.sqrtOneMinusAlphasCumprod, t, batchOf(x));
  const signal = extract(diffusion.sqrtAlphasCumprod, t, batchOf(x));
  return weightedSumByRow(
    [deviation.map((sigma) => 1 / sigma), x],
    [signal.map((alpha, row) => -alpha / (deviation[row] as number)), x0],
  );
}

/** sqrt(abar) x_t - sqrt(1 - abar) v. @see Salimans & Ho 2022, arXiv 2202.00512, appendix D */
export function predictX0FromVelocity(
  diffusion: GaussianDiffusion,
  x: Tensor,
  t: TimestepIndex,
  velocity: Tensor,
): Tensor {
  const batch = batchOf(x);
  return weightedSumByRow(
    [extract(diffusion.sqrtAlphasCumprod, t, batch), x],
    [extract(diffusion.sqrtOneMinusAlphasCumprod, t, batch).map(negate), velocity],
  );
}

/** sqrt(1 - abar) x_t + sqrt(abar) v. @see Salimans & Ho 2022, arXiv 2202.00512, appendix D */
export function predictEpsilonFromVelocity(
  diffusion: GaussianDiffusion,
  x: Tensor,
  t: TimestepIndex,
  velocity: Tensor,
): Tensor {
  const batch = batchOf(x);
  return weightedSumByRow(
    [extract(diffusion.sqrtOneMinusAlphasCumprod, t, batch), x],
    [extract(diffusion.sqrtAlphasCumprod, t, batch), velocity],
  );
}

/**
 * v = sqrt(abar) epsilon - sqrt(1 - abar) x_0, what a network of `meanType` "velocity" learns. @see
 * Salimans & Ho 2022, arXiv 2202.00512, appendix D
 */
export function velocity(
  diffusion: GaussianDiffusion,
  x0: Tensor,
  t: TimestepIndex,
  epsilon: Tensor,
): Tensor {
  const batch = batchOf(x0);
  return weightedSumByRow(
    [extract(diffusion.sqrtAlphasCumprod, t, batch), epsilon],
    [extract(diffusion.sqrtOneMinusAlphasCumprod, t, batch).map(negate), x0],
  );
}

/** The x_0 for which `previous` is the posterior mean of x_(t-1). */
export function predictX0FromPrevious(
  diffusion: GaussianDiffusion,
  x: Tensor,
  t: TimestepIndex,
  previous: Tensor,
): Tensor {
  const coef1 = extract(diffusion.posteriorMeanCoef1, t, batchOf(x));
  const coef2 = extract(diffusion.posteriorMeanCoef2, t, batchOf(x));
  return weightedSumByRow(
    [coef1.map((weight) => 1 / weight), previous],
    [coef2.map((weight, row) => -weight / (coef1[row] as number)), x],
  );
}

function predictX0(
  diffusion: GaussianDiffusion,
  meanOutput: Tensor,
  x: Tensor,
  t: TimestepIndex,
  meanType: MeanType,
): Tensor {
  switch (meanType) {
    case "epsilon":
      return predictX0FromEpsilon(diffusion, x, t, meanOutput);
    case "start-x":
      return meanOutput;
    case "velocity":
      return predictX0FromVelocity(diffusion, x, t, meanOutput);
    case "previous-x":
      return predictX0FromPrevious(diffusion, x, t, meanOutput);
    default:
      throw new UnknownNameError({
        kind: "mean type",
        asked: meanType,
        known: ["epsilon", "start-x", "velocity", "previous-x"],
      });
  }
}

const varianceTypes: readonly VarianceType[] = [
  "fixed-small",
  "fixed-large",
  "learned",
  "learned-range",
];

function assertVarianceType(varianceType: VarianceType): void {
  if (!varianceTypes.includes(varianceType))
    throw new UnknownNameError({
      kind: "variance type",
      asked: varianceType,
      known: varianceTypes,
    });
}

function predictLogVariance(
  diffusion: GaussianDiffusion,
  varianceOutput: Tensor,
  x: Tensor,
  t: TimestepIndex,
  varianceType: VarianceType,
): Tensor {
  const batch = batchOf(x);
  switch (varianceType) {
    case "fixed-small":
      return filledByRow(x.dims, extract(diffusion.posteriorLogVarianceClipped, t, batch));
    case "fixed-large":
      return filledByRow(x.dims, extract(fixedLargeVariance(diffusion), t, batch).map(Math.log));
    case "learned":
      return varianceOutput;
    case "learned-range": {
      const smallest = extract(diffusion.posteriorLogVarianceClipped, t, batch);
      const largest = extract(diffusion.betas, t, batch).map(Math.log);
      const rowSize = sizeOf(x.dims) / batch;
      const data = new Float32Array(varianceOutput.data.length);
      for (let row = 0; row < batch; row++) {
        const [low, high] = [smallest[row] as number, largest[row] as number];
        for (let i = row * rowSize; i < (row + 1) * rowSize; i++) {
          // the network is trained to say -1 .. 1, and is not held to it
          const fraction = ((varianceOutput.data[i] as number) + 1) / 2;
          data[i] = fraction * high + (1 - fraction) * low;
        }
      }
      return { dtype: "float32", dims: x.dims, data };
    }
  }
}

/**
 * The fixed variances come from the diffusion itself: the clipped logarithm of `fixed-small` is not
 * the logarithm of its variance at t = 0, which is 0.
 */
function predictVariance(
  diffusion: GaussianDiffusion,
  logVariance: Tensor,
  t: TimestepIndex,
  varianceType: VarianceType,
): Tensor {
  const { dims } = logVariance;
  const batch = batchOf(logVariance);
  if (varianceType === "fixed-small")
    return filledByRow(dims, extract(diffusion.posteriorVariance, t, batch));
  if (varianceType === "fixed-large")
    return filledByRow(dims, extract(fixedLargeVariance(diffusion), t, batch));
  return mapTensor(logVariance, Math.exp);
}

/**
 * beta_t, except at t = 0, where the posterior's variance of step 1 gives a better likelihood (Ho
 * et al. 2020's code).
 */
function fixedLargeVariance(diffusion: GaussianDiffusion): Float64Array {
  return diffusion.betas.map((beta, t) =>
    t === 0 ? (diffusion.posteriorVariance[1] ?? beta) : beta,
  );
}

/** `[B, 2C, ...]` as two tensors `[B, C, ...]`; with a fixed variance there is only the first. */
function splitChannels(
  modelOutput: Tensor,
  x: Tensor,
  varianceType: VarianceType,
): { meanOutput: Tensor; varianceOutput: Tensor } {
  if (varianceType === "fixed-small" || varianceType === "fixed-large") {
    assertSameDims(x.dims, modelOutput.dims);
    return { meanOutput: modelOutput, varianceOutput: modelOutput };
  }
  const [meanOutput, varianceOutput] = splitChannelHalves(modelOutput);
  assertSameDims(x.dims, meanOutput.dims);
  return { meanOutput, varianceOutput };
}

/**
 * The first and the last half of the channels of `[B, 2C, ...]`. @throws InvalidArgumentError where
 * the number of channels is odd.
 */
export function splitChannelHalves(x: Tensor): readonly [Tensor, Tensor] {
  const [batch = 0, channels = 0, ...space] = x.dims;
  if (x.dims.length < 2 || channels % 2 !== 0)
    throw new InvalidArgumentError({
      argument: "modelOutput",
      received: x.dims,
      expected: "a shape [B, 2C, ...]",
    });
  const half = (channels / 2) * sizeOf(space);
  const dims = [batch, channels / 2, ...space];
  if (batch === 1) {
    return [
      { dtype: "float32", dims, data: x.data.subarray(0, half) },
      { dtype: "float32", dims, data: x.data.subarray(half) },
    ];
  }
  const first = new Float32Array(batch * half);
  const last = new Float32Array(batch * half);
  for (let row = 0; row < batch; row++) {
    first.set(x.data.subarray(2 * row * half, (2 * row + 1) * half), row * half);
    last.set(x.data.subarray((2 * row + 1) * half, (2 * row + 2) * half), row * half);
  }
  return [
    { dtype: "float32", dims, data: first },
    { dtype: "float32", dims, data: last },
  ];
}

function clip(x0: Tensor, clipDenoised: boolean | ((x0: Tensor) => Tensor)): Tensor {
  if (typeof clipDenoised === "function") return clipDenoised(x0);
  if (!clipDenoised) return x0;
  const data = new Float32Array(x0.data.length);
  for (let i = 0; i < data.length; i++) data[i] = Math.min(1, Math.max(-1, x0.data[i] as number));
  return { dtype: "float32", dims: x0.dims, data };
}

function negate(value: number): number {
  return -value;
}
