import { InvalidArgumentError } from "../errors.ts";
import { type Tensor, weightedSum } from "../tensor.ts";

/**
 * A rule that steers a sample by the gradient of log p(c | x_t), by a classifier's or CLIP's measure of the noisy image:
 *
 * - ancestral sampling moves the mean: mean + variance * s * gradient (`conditionMean`);
 * - deterministic sampling moves the noise prediction: epsilon - sqrt(1 - abar_t) * s * gradient (`conditionScore`).
 *
 * The gradient is with respect to the noisy image and passes through the guiding network alone, not through the diffusion model.
 *
 * @see Dhariwal & Nichol 2021, arXiv 2105.05233, algorithms 1 and 2; for CLIP Nichol et al. 2021, arXiv 2112.10741, section 2.4
 */
export interface GradientGuidance {
  readonly name: string;
  /** s, by which the gradient is multiplied. */
  readonly scale: number;
  /**
   * The gradient, not yet multiplied by the scale.
   *
   * @param x x_t, `[B, C, H, W]`
   * @param timestep what the diffusion model is told too: a step of the original process
   * @returns the shape of `x`
   */
  gradient(x: Tensor, timestep: number, signal?: AbortSignal): Promise<Tensor>;
}

/**
 * The sum of scale * gradient over several rules: what `conditionMean` and `conditionScore` take. Rules are asked one after another, because they
 * usually share a device.
 *
 * @throws InvalidArgumentError where there is no rule, or their gradients' shapes differ; the signal's reason where it is aborted.
 * @example `conditionMean(prediction, await scaledGradient([classifier, clip], x, process.timestepMap[t]))`
 */
export async function scaledGradient(rules: readonly GradientGuidance[], x: Tensor, timestep: number, signal?: AbortSignal): Promise<Tensor> {
  if (rules.length === 0) throw new InvalidArgumentError({ argument: "rules", received: rules, expected: "at least one gradient guidance" });
  const terms: [number, Tensor][] = [];
  for (const rule of rules) {
    signal?.throwIfAborted();
    terms.push([rule.scale, await rule.gradient(x, timestep, signal)]);
  }
  return weightedSum(...terms);
}
