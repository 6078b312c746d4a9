import type { Tensor } from "@glissade/graph";
import { batchOf, extract, type TimestepIndex, weightedSumByRow } from "./batch-weights.ts";
import type { GaussianDiffusion } from "./gaussian-diffusion.ts";
import {
  assertVarianceType,
  predictLogVariance,
  predictVariance,
  splitChannels,
  type VarianceType,
} from "./learned-variance.ts";
import { qPosteriorMean } from "./posterior.ts";
import { type MeanType, predictX0 } from "./predicted-x0.ts";

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
  assertVarianceType(varianceType);
  const { meanOutput, varianceOutput } = splitChannels(modelOutput, x, varianceType);
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
    [extract(diffusion.sqrtOneMinusAlphasCumprod, t, batch).map((weight) => -weight), x0],
  );
}

function clip(x0: Tensor, clipDenoised: boolean | ((x0: Tensor) => Tensor)): Tensor {
  if (typeof clipDenoised === "function") return clipDenoised(x0);
  if (!clipDenoised) return x0;
  const data = new Float32Array(x0.data.length);
  for (let i = 0; i < data.length; i++) data[i] = Math.min(1, Math.max(-1, x0.data[i] as number));
  return { dtype: "float32", dims: x0.dims, data };
}
