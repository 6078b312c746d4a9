import { InvalidArgumentError, type Tensor, weightedSum } from "@glissade/graph";
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
   * @param timestep what the diffusion model is told too: a step of the original process
   * @returns the shape of `x`
   */
  gradient(x: Tensor, timestep: number, signal?: AbortSignal): Promise<Tensor>;
}

/** Where a run is when its gradient is asked for. */
export interface GuidedPoint {
  /** x_t, `[B, C, H, W]`. */
  readonly x: Tensor;
  /** A step of the original process. */
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
 * process.timestepMap[t], progress })`
 */
export async function scaledGradient(
  rules: readonly GradientGuidance[],
  { x, timestep, progress }: GuidedPoint,
  signal?: AbortSignal,
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
