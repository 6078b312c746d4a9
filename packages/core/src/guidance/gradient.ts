import {
  assertSameDims,
  InvalidArgumentError,
  mapTensor,
  type Tensor,
  weightedSum,
} from "@glissade/graph";
import {
  batchOf,
  extract,
  type TimestepIndex,
  weightedSumByRow,
} from "../diffusion/batch-weights.ts";
import { type Denoise, type GradientRule, progressAt } from "../diffusion/denoise.ts";
import type { GaussianDiffusion } from "../diffusion/gaussian-diffusion.ts";
import { qPosteriorMean } from "../diffusion/posterior.ts";
import { predictX0FromEpsilon } from "../diffusion/predicted-x0.ts";
import type { Prediction } from "../diffusion/prediction.ts";
import { constantScale, type ScaleSchedule } from "./scale-schedule.ts";

/**
 * A rule that steers a sample by the gradient of log p(c | x_t), by a classifier's or CLIP's
 * measure of the noisy image:
 *
 * - ancestral sampling moves the mean: mean + variance * s * gradient (`conditionMean`);
 * - deterministic sampling moves the noise prediction: epsilon - sqrt(1 - abar_t) * s * gradient
 *   (`conditionScore`).
 *
 * The gradient is with respect to the noisy image and passes through the guiding network alone, not
 * through the diffusion model.
 *
 * @see Dhariwal & Nichol 2021, arXiv 2105.05233, algorithms 1 and 2; for CLIP Nichol et al. 2021,
 * arXiv 2112.10741, section 2.4
 */
export interface GradientGuidance {
  readonly name: string;
  /**
   * s, by which the gradient is multiplied; a schedule changes it over the run, and where it is 0
   * the gradient is not computed.
   */
  readonly scale: number | ScaleSchedule;
  /**
   * The gradient, not yet multiplied by the scale.
   *
   * @param x x_t, `[B, C, H, W]`
   * @param timestep the diffusion model's own input: a step of the original diffusion
   * @returns the shape of `x`
   */
  gradient(x: Tensor, timestep: number, signal?: AbortSignal | undefined): Promise<Tensor>;
}

/** Where a run is when its gradient is asked for. */
export interface GuidedPoint {
  /** x_t, `[B, C, H, W]`. */
  readonly x: Tensor;
  /** A step of the original diffusion. */
  readonly timestep: number;
  /** 0 at the run's first, noisiest step, 1 at its last. */
  readonly progress: number;
}

/**
 * The sum of scale * gradient over several rules: what `conditionMean` and `conditionScore` take.
 * Rules are asked one after another, because they usually share a device.
 *
 * @returns undefined where all scales are 0
 * @throws InvalidArgumentError where a scale is no finite number, or the gradients' shapes differ;
 * the signal's reason where it is aborted.
 * @example `const gradient = await scaledGradient([classifier, clip], { x, timestep:
 * diffusion.timestepMap[t], progress })`
 */
export async function scaledGradient(
  rules: readonly GradientGuidance[],
  { x, timestep, progress }: GuidedPoint,
  signal?: AbortSignal | undefined,
): Promise<Tensor | undefined> {
  const terms: [number, Tensor][] = [];
  for (const rule of rules) {
    signal?.throwIfAborted();
    const scale = (typeof rule.scale === "function" ? rule.scale : constantScale(rule.scale))(
      progress,
    );
    if (!Number.isFinite(scale))
      throw new InvalidArgumentError({
        argument: `scale of ${rule.name}`,
        received: scale,
        expected: "a finite number",
      });
    if (scale !== 0) terms.push([scale, await rule.gradient(x, timestep, signal)]);
  }
  return terms.length === 0 ? undefined : weightedSum(...terms);
}

/**
 * Guides ancestral sampling: mean + variance * gradient. x_0 and epsilon stay what the network
 * predicted.
 *
 * @param gradient of a log-probability with respect to x_t, times the guidance scale; the image's
 * shape
 * @see Dhariwal & Nichol 2021, arXiv 2105.05233, algorithm 1
 */
export function conditionMean(prediction: Prediction, gradient: Tensor): Prediction {
  const { mean, variance } = prediction;
  assertSameDims(mean.dims, gradient.dims);
  return {
    ...prediction,
    mean: mapTensor(
      mean,
      (value, i) => value + (variance.data[i] as number) * (gradient.data[i] as number),
    ),
  };
}

/**
 * Guides deterministic sampling: epsilon - sqrt(1 - abar_t) * gradient. x_0 follows from the new
 * epsilon, without being clipped again, and the mean from that x_0; the variance stays.
 *
 * @param x x_t, the image that `prediction` is about
 * @param t index into `diffusion`
 * @param gradient of a log-probability with respect to x_t, times the guidance scale; the image's
 * shape
 * @see Dhariwal & Nichol 2021, arXiv 2105.05233, algorithm 2
 */
export function conditionScore(
  diffusion: GaussianDiffusion,
  prediction: Prediction,
  x: Tensor,
  t: TimestepIndex,
  gradient: Tensor,
): Prediction {
  const batch = batchOf(x);
  const weight = extract(diffusion.sqrtOneMinusAlphasCumprod, t, batch).map(
    (deviation) => -deviation,
  );
  const epsilon = weightedSumByRow(
    [new Float64Array(batch).fill(1), prediction.epsilon],
    [weight, gradient],
  );
  const x0 = predictX0FromEpsilon(diffusion, x, t, epsilon);
  return { ...prediction, epsilon, x0, mean: qPosteriorMean(diffusion, x0, x, t) };
}

/**
 * The gradient of log p(condition | x_t) with respect to the noisy image, already scaled: of a
 * classifier, or of a noised CLIP's similarity. It is passed the step's index; the network behind it
 * takes `diffusion.timestepMap[index]`. Undefined for none at this step.
 */
export type Gradient = (
  x: Tensor,
  index: number,
  prediction: Prediction,
) => Promise<Tensor | undefined>;

/**
 * A denoiser whose predictions follow a gradient, so that no sampler needs to know of one.
 *
 * @param rule what the sampler needs: `samplerByName(name).gradientRule`
 * @see Dhariwal & Nichol 2021, arXiv 2105.05233, algorithms 1 ("mean") and 2 ("score")
 * @example `withGradient(diffusion, denoise, clipGradient, "mean")`
 */
export function withGradient(
  diffusion: GaussianDiffusion,
  denoise: Denoise,
  gradient: Gradient,
  rule: GradientRule,
): Denoise {
  return async (x, index) => {
    const prediction = await denoise(x, index);
    const direction = await gradient(x, index, prediction);
    if (!direction) return prediction;
    return rule === "mean"
      ? conditionMean(prediction, direction)
      : conditionScore(diffusion, prediction, x, index, direction);
  };
}

/** The same evaluation, guided by the sum of the rules' gradients; unchanged if there are none. */
export function guidedByGradients(
  diffusion: GaussianDiffusion,
  denoise: Denoise,
  rules: readonly GradientGuidance[],
  gradientRule: GradientRule,
  signal?: AbortSignal | undefined,
): Denoise {
  if (rules.length === 0) return denoise;
  const gradient = (x: Tensor, index: number) =>
    scaledGradient(
      rules,
      { x, timestep: diffusion.timestepMap[index] ?? 0, progress: progressAt(diffusion, index) },
      signal,
    );
  return withGradient(diffusion, denoise, gradient, gradientRule);
}
