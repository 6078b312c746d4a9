import type { Tensor } from "@glissade/graph";
import type { GaussianDiffusion } from "../diffusion/gaussian-diffusion.ts";
import type { Prediction } from "../diffusion/prediction.ts";
import type { Denoise } from "../samplers/sampler.ts";
import { conditionMean, conditionScore } from "./conditioning.ts";

/**
 * The gradient of log p(condition | x_t) with respect to the noisy image, already scaled: of a
 * classifier, or of a noised CLIP's similarity. It is told the step's index; the network it asks
 * wants `process.timestepMap[index]`. Undefined for none at this step.
 */
export type Gradient = (
  x: Tensor,
  index: number,
  prediction: Prediction,
) => Promise<Tensor | undefined>;

/**
 * How a gradient enters a step. `"mean"` moves the mean of x_(t-1) and leaves x_0 and epsilon
 * alone: for samplers that use the mean (`ddpm`). `"score"` changes epsilon, x_0 and the mean with
 * them: for all others.
 */
export type GradientRule = "mean" | "score";

/**
 * A denoiser whose predictions follow a gradient, so that no sampler needs to know of one.
 *
 * @param rule what the sampler needs: `samplerByName(name).gradientRule`
 * @see Dhariwal & Nichol 2021, arXiv 2105.05233, algorithms 1 ("mean") and 2 ("score")
 * @example `withGradient(process, denoise, clipGradient, "mean")`
 */
export function withGradient(
  process: GaussianDiffusion,
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
      : conditionScore(process, prediction, x, index, direction);
  };
}
