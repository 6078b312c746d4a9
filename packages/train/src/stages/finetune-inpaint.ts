import { assembleDenoising } from "./assemble-denoising.ts";
import { base } from "./base.ts";
import { inpaintGrid } from "./inpaint-grid.ts";
import type { Stage } from "./stage.ts";

/**
 * A base model that learns to fill in what is missing: its first convolution gets four more input
 * channels (the known part of the image and the mask), whose weights start at zero, and random
 * regions of the images are erased. Captions are dropped as in fine-tuning for guidance, so that
 * inpainting can be guided too.
 *
 * @see Nichol et al. 2021, section 4.3
 */
export const finetuneInpaint = {
  name: "finetune-inpaint",
  about: "continues a base network, which from then on also sees a masked image",
  component: "base_inpaint",
  startsFrom: { component: "base", isRequired: true },
  tokenizer: "glide",
  assemble: assembleDenoising({ inpainting: true }),
  sampleGrid: inpaintGrid,
  presets: {
    emoji: {
      ...base.presets.emoji,
      network: {},
      steps: 20_000,
      learningRate: 5e-4,
      coolDown: 0.5,
      emptyShare: 0.2,
    },
    glide: {
      ...base.presets.glide,
      network: {},
      steps: 100_000,
      emptyShare: 0.2,
    },
  },
} satisfies Stage;
