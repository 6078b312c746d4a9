import { type AnyTensor, perRow, type Tensor } from "@glissade/graph";
import type { GradientGuidance } from "./gradient.ts";

export interface ClassifierGradientOptions {
  /**
   * Classifies noisy images and differentiates: the gradient of `scale` log p(y | x_t) with respect
   * to `x`. Inputs `x` `[B, C, H, W]`, `timesteps` `[B]`, `y` `[B]` and `scale` `[B]`.
   */
  readonly differentiate: (
    inputs: Readonly<Record<string, AnyTensor>>,
    signal: AbortSignal | undefined,
  ) => Promise<Tensor>;
  /** The class of each image, `[B]`. */
  readonly classes: Tensor<"int64">;
}

/**
 * Classifier guidance: the gradient of log p(y | x_t) by a classifier trained on noisy images.
 *
 * @see Dhariwal & Nichol 2021, arXiv 2105.05233, section 4.1
 */
export function classifierGradient({
  differentiate,
  classes,
}: ClassifierGradientOptions): GradientGuidance["gradient"] {
  return (x, timestep, signal) => {
    const count = x.dims[0] ?? 0;
    return differentiate(
      { x, timesteps: perRow(count, timestep), y: classes, scale: perRow(count, 1) },
      signal,
    );
  };
}
