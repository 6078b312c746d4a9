import type { Tensor } from "@glissade/graph";
import type { Prediction } from "./prediction.ts";

/**
 * One evaluation of the (guided) network: what it predicts from `x`, `[B, C, H, W]`, at step
 * `index` of the diffusion.
 */
export type Denoise = (x: Tensor, index: number) => Promise<Prediction>;

/**
 * How a gradient enters a sampler's step. `"mean"` moves the mean of x_(t-1) and leaves x_0 and
 * epsilon alone: for samplers that use the mean (`ddpm`). `"score"` changes epsilon, x_0 and the
 * mean with them: for all others.
 *
 * @see Dhariwal & Nichol 2021, arXiv 2105.05233, algorithms 1 ("mean") and 2 ("score")
 */
export type GradientRule = "mean" | "score";

/** How far a run is at a step of its diffusion: 0 at the noisiest, 1 at the last. */
export function progressAt(
  { numTimesteps }: { readonly numTimesteps: number },
  index: number,
): number {
  return numTimesteps === 1 ? 0 : 1 - index / (numTimesteps - 1);
}
