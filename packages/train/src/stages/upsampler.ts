import { glideUpsampler } from "@glissade/core/networks";
import { assembleDenoising } from "./assemble-denoising.ts";
import { base, glideSized } from "./base.ts";
import type { Stage } from "./stage.ts";
import { upscaleGrid } from "./upscale-grid.ts";

/**
 * The upsampler: the same kind of network, which also sees the small image, resized to its own
 * size.
 *
 * `emoji` enlarges 32 to 128 pixels and sees patches of 4 x 4. It predicts x_0 instead of the
 * noise: the 48 values of a patch of noise hardly fit through 64 channels, those of an image do (Li
 * & He 2025, arXiv 2511.13720). After 4,800 examples its images were clean, while a network that
 * predicts v left noise in them. At low noise the variance's loss is large until x_0 is exact, and
 * dominates training, so its weight is small.
 *
 * Half of the inputs are blurred a little and all get some noise, because a base model's images are
 * never quite clean (Ho et al. 2021, arXiv 2106.15282, section 4). `glide` has the published sizes
 * and clean inputs.
 *
 * @see Nichol et al. 2021, section 4.1 (512 images a step, 1.6 million steps)
 */
export const upsampler = {
  name: "upsampler",
  about: "enlarges images",
  component: "upsampler",
  startsFrom: { component: "upsampler", isRequired: false },
  tokenizer: "glide",
  assemble: assembleDenoising({ superResolution: true }),
  sampleGrid: upscaleGrid,
  presets: {
    emoji: {
      ...base.presets.emoji,
      network: {
        ...base.presets.emoji.network,
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
      network: { ...glideUpsampler },
      diffusion: { steps: 1000, schedule: "linear" },
      objective: { meanType: "epsilon" },
      lowRes: { side: 64 },
      steps: 1_600_000,
      batchSize: 512,
      partSize: 1,
    }),
  },
} satisfies Stage;
