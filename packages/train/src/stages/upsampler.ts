import { glideUpsampler } from "@glissade/core/networks";
import type { StageRecipes } from "../recipes/recipe.ts";
import { baseRecipes, glideSized } from "./base.ts";

/**
 * The upsampler: the same kind of network, which also sees the small picture, resized to its own
 * size.
 *
 * `emoji` makes 128 of 32 pixels and sees them in patches of 4 x 4. It says x_0 instead of the
 * noise: a patch's 48 values of noise hardly pass 64 channels, its picture does (Li & He 2025,
 * arXiv 2511.13720). After 4,800 examples its pictures were clean, where a network that says v left
 * the noise in them. Where little noise is left the variance's loss is large as long as x_0 is not
 * exact, and takes the network along: so it weighs less.
 *
 * Half of its inputs are blurred a little and all get some noise, because what it will be given are
 * a base model's pictures, which are never quite clean (Ho et al. 2021, arXiv 2106.15282, section
 * 4). `glide` has the published sizes and clean inputs.
 *
 * @see Nichol et al. 2021, section 4.1 (512 pictures a step, 1.6 million steps)
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
      channel_mult: [1, 1],
      num_res_blocks: 1,
      attention_resolutions: [1], // none but in the middle
      xf_width: 64,
      xf_layers: 1,
      xf_heads: 2,
      super_res: true,
    },
    diffusion: { steps: 1000, schedule: "linear" },
    objective: { meanType: "start-x", minSnrGamma: 5, vlbWeight: 0.01 },
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
