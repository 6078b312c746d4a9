import { glideBase } from "@glissade/core/networks";
import type { Recipe } from "../recipes/recipe.ts";
import { assembleDenoising } from "./assemble-denoising.ts";
import { promptGrid } from "./prompt-grid.ts";
import type { Stage } from "./stage.ts";

/**
 * The base model, from new weights: images from a caption.
 *
 * `emoji` makes 32 x 32 pixels and predicts v instead of the noise (Salimans & Ho 2022, arXiv
 * 2202.00512), whose error weighs the steps alike while the words decide. A network on 2 x 2
 * patches of the same cost learned slower and drew dots. A tenth of the captions are dropped from
 * the beginning, so that its images can be guided before any fine-tuning.
 *
 * `glide` has the sizes of the published model.
 *
 * @see Nichol et al. 2021, arXiv 2112.10741, section 4 (2048 images a step, 2.5 million steps)
 */
export const base = {
  name: "base",
  about: "makes images from captions",
  component: "base",
  startsFrom: { component: "base", isRequired: false },
  tokenizer: "glide",
  assemble: assembleDenoising({}),
  sampleGrid: promptGrid,
  presets: {
    emoji: {
      network: {
        image_size: 32,
        num_channels: 32,
        num_res_blocks: 1,
        channel_mult: [1, 2, 4],
        attention_resolutions: [16, 8],
        num_heads: 1,
        num_head_channels: 32,
        use_scale_shift_norm: true,
        resblock_updown: true,
        text_ctx: 24,
        xf_width: 192,
        xf_layers: 4,
        xf_heads: 6,
        xf_final_ln: true,
        xf_padding: true,
        n_vocab: 2048,
        in_channels: 3,
        out_channels: 6,
      },
      diffusion: { steps: 1000, schedule: "squaredcos_cap_v2" },
      objective: { meanType: "velocity" },
      steps: 100_000,
      batchSize: 32,
      partSize: 16,
      learningRate: 1e-3,
      warmUp: 200,
      coolDown: 0.2,
      weightDecay: 0.01,
      maxGradientNorm: 1,
      averages: [0.999, 0.9998],
      emptyShare: 0.1,
    },
    glide: glideSized({
      network: { ...glideBase },
      diffusion: { steps: 1000, schedule: "squaredcos_cap_v2" },
      objective: { meanType: "epsilon" },
      steps: 2_500_000,
      batchSize: 2048,
    }),
  },
} satisfies Stage;

/**
 * What the training of the published models had in common, as far as it is known; the rest is
 * guided-diffusion's.
 */
export function glideSized(
  own: Pick<Recipe, "network" | "diffusion" | "steps" | "batchSize"> &
    Partial<Omit<Recipe, "stage">>,
): Omit<Recipe, "stage"> {
  return {
    partSize: 2,
    learningRate: 1e-4,
    warmUp: 1000,
    coolDown: 0,
    weightDecay: 0,
    maxGradientNorm: 1,
    averages: [0.9999],
    emptyShare: 0,
    ...own,
  };
}
