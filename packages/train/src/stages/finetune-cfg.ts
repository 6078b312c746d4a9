import { assembleDenoising } from "./assemble-denoising.ts";
import { base } from "./base.ts";
import { promptGrid } from "./prompt-grid.ts";
import type { Stage } from "./stage.ts";

/**
 * A base model that continues with a fifth of its captions dropped, so that it also learns images
 * without a caption, which classifier-free guidance compares with. Everything else stays; the
 * learning rate is lower and falls towards the end.
 *
 * @see Nichol et al. 2021, section 4.2: "20 % of text token sequences are replaced with the empty
 * sequence"
 */
export const finetuneCfg = {
  name: "finetune-cfg",
  about: "continues a base network and drops a fifth of the captions, for guidance",
  component: "base",
  startsFrom: { component: "base", isRequired: true },
  tokenizer: "glide",
  assemble: assembleDenoising({}),
  sampleGrid: promptGrid,
  presets: {
    emoji: {
      ...base.presets.emoji,
      network: {},
      steps: 10_000,
      learningRate: 3e-4,
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
