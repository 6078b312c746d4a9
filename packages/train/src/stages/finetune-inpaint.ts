import type { StageRecipes } from "../recipes/recipe.ts";
import { baseRecipes } from "./base.ts";

/**
 * A base model that learns to fill in what is missing: its first convolution gets four more input
 * channels (the known part of the picture and the mask), whose weights begin at zero, and random
 * regions of the pictures are erased. Captions are dropped as in fine-tuning for guidance, so that
 * inpainting can be guided too.
 *
 * @see Nichol et al. 2021, section 4.3
 */
export const finetuneInpaintRecipes: StageRecipes = {
  emoji: {
    ...baseRecipes.emoji,
    stage: "finetune-inpaint",
    network: {},
    steps: 20_000,
    learningRate: 5e-4,
    coolDown: 0.5,
    emptyShare: 0.2,
  },
  glide: {
    ...baseRecipes.glide,
    stage: "finetune-inpaint",
    network: {},
    steps: 100_000,
    emptyShare: 0.2,
  },
};
