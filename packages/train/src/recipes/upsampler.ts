import { glideUpsampler } from "@glissade/core";
import { baseRecipes, glideSized } from "./base.ts";
import type { StageRecipes } from "./recipe.ts";

/**
 * The upsampler: the same kind of network, which also sees the small picture, resized to its own size.
 *
 * `emoji` makes 128 of 32 pixels and sees them in patches of 4 x 4. Half of its inputs are blurred a little and all get some noise, because what it will be given are a base model's pictures, which are never quite clean (Ho et al. 2021, arXiv 2106.15282,
 * section 4). `glide` has the published sizes and clean inputs.
 *
 * @see Nichol et al. 2021, section 4 (512 pictures a step, 1.6 million steps)
 */
export const upsamplerRecipes: StageRecipes = {
  emoji: {
    ...baseRecipes.emoji,
    stage: "upsampler",
    network: {
      ...baseRecipes.emoji.network,
      image_size: 128,
      patch_size: 4,
      num_channels: 64,
      channel_mult: [1, 2],
      num_res_blocks: 1,
      attention_resolutions: [16],
      xf_width: 128,
      xf_layers: 2,
      xf_heads: 4,
      super_res: true,
    },
    diffusion: { steps: 1000, schedule: "linear" },
    lowRes: { side: 32, blur: 0.5, noise: 0.1 },
    steps: 40_000,
    batchSize: 16,
    partSize: 8,
    emptyShare: 0.1,
  },
  glide: glideSized({
    stage: "upsampler",
    network: { ...glideUpsampler },
    diffusion: { steps: 1000, schedule: "linear" },
    objective: { meanType: "epsilon" },
    lowRes: { side: 64 },
    steps: 1_600_000,
    batchSize: 512,
    partSize: 1,
  }),
};
