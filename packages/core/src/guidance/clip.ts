import {
  type AnyTensor,
  perRow,
  repeatRows,
  rows,
  type Tensor,
  weightedSum,
} from "@glissade/graph";
import type { GaussianDiffusion } from "../diffusion/gaussian-diffusion.ts";
import { type MeanType, x0Weights } from "../diffusion/index.ts";
import type { GradientGuidance } from "./gradient.ts";

/**
 * Embeds images and differentiates: the gradient, with respect to `x`, of exp(logit scale) f(x)
 * g(c) times `scale`. Inputs `x` `[B, C, H, W]`, `timesteps` `[B]`, `text` `[B, E]`, `scale` `[B]`,
 * and what f needs beside them.
 */
export type DifferentiateSimilarity = (
  inputs: Readonly<Record<string, AnyTensor>>,
  signal: AbortSignal | undefined,
) => Promise<Tensor>;

/** How f(x_0) is computed: through the network that predicts x_0 from x_t. */
export interface PredictedImage {
  /** The network's own diffusion, and what it predicts. */
  readonly diffusion: GaussianDiffusion;
  readonly meanType: MeanType;
  /** The network's inputs beside x_t, one row an image. */
  inputs(count: number): Readonly<Record<string, AnyTensor>>;
}

export interface ClipGradientOptions {
  readonly differentiate: DifferentiateSimilarity;
  /** g(c), `[1, E]`. */
  readonly text: Tensor;
  /** For a CLIP of clean images: f sees the predicted x_0. Default: f sees x_t. */
  readonly predicted?: PredictedImage | undefined;
}

/**
 * CLIP guidance: the gradient of exp(logit scale) f(x_t, t) g(c) with a CLIP trained on noisy
 * images, or of exp(logit scale) f(x_0, 0) g(c) with the x_0 that the network predicts.
 *
 * @see Nichol et al. 2021, GLIDE, arXiv 2112.10741, section 2.4
 */
export function clipGradient({
  differentiate,
  text,
  predicted,
}: ClipGradientOptions): GradientGuidance["gradient"] {
  return (x, timestep, signal) => {
    const count = x.dims[0] ?? 0;
    return differentiate(
      {
        x,
        timesteps: perRow(count, timestep),
        text: repeatRows(text, count),
        scale: perRow(count, 1),
        ...(predicted && inputsOf(predicted, timestep, count)),
      },
      signal,
    );
  };
}

/** g(c) of several prompts: the sum of w_i g(c_i), `[1, E]`. */
export function composedText(embeddings: Tensor, weights: readonly number[]): Tensor {
  return weightedSum(
    ...weights.map((weight, row) => [weight, rows(embeddings, row, row + 1)] as const),
  );
}

function inputsOf(
  { diffusion, meanType, inputs }: PredictedImage,
  timestep: number,
  count: number,
): Readonly<Record<string, AnyTensor>> {
  const { fromX, fromOutput } = x0Weights(diffusion, timestep, meanType);
  return {
    ...inputs(count),
    x0_from_x: perRow(count, fromX),
    x0_from_output: perRow(count, fromOutput),
  };
}
