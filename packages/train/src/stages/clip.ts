import { glideClip } from "@glissade/core/networks";
import { assembleClip } from "./assemble-clip.ts";
import { base, glideSized } from "./base.ts";
import type { Stage } from "./stage.ts";

/**
 * The noised CLIP: two towers that learn which caption belongs to which image, at any noise level.
 * Its gradient guides a base network with the same noise schedule. Pairs are told apart within a
 * part of the batch, so the parts are as large as the memory allows.
 *
 * @see Nichol et al. 2021, section 4.4; Radford et al. 2021, arXiv 2103.00020, section 2.3
 */
export const clip = {
  name: "clip",
  about: "makes a noised CLIP, whose gradient guides",
  component: "clip",
  startsFrom: undefined,
  tokenizer: "clip",
  assemble: assembleClip,
  presets: {
    emoji: {
      network: {
        image_size: 32,
        patch_size: 4,
        n_timesteps: 1000,
        n_embd: 128,
        n_vocab: 4096,
        max_text_len: 24,
        n_head_state_text: 64,
        n_head_text: 2,
        n_xf_blocks_text: 3,
        n_head_state_image: 64,
        n_head_image: 2,
        n_xf_blocks_image: 4,
      },
      diffusion: base.presets.emoji.diffusion,
      steps: 20_000,
      batchSize: 128,
      partSize: 64,
      learningRate: 5e-4,
      warmUp: 500,
      coolDown: 0.5,
      weightDecay: 0.1,
      maxGradientNorm: 1,
      averages: [0.999],
      emptyShare: 0,
    },
    glide: glideSized({
      network: { ...glideClip },
      diffusion: base.presets.glide.diffusion,
      steps: 390_000,
      batchSize: 32_768,
      partSize: 64,
      weightDecay: 0.2,
    }),
  },
} satisfies Stage;
