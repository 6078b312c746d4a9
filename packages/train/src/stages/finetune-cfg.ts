import type { StageRecipes } from "../recipes/recipe.ts";
import { baseRecipes } from "./base.ts";

/**
 * A base model that goes on with a fifth of its captions dropped, so that it also learns the
 * pictures without a caption, which classifier-free guidance compares with. Everything else is as
 * it was; the rate is lower and falls to the end.
 *
 * @see Nichol et al. 2021, section 4.2: "20 % of text token sequences are replaced with the empty
 * sequence"
 */
export const finetuneCfgRecipes: StageRecipes = {
  emoji: {
    ...baseRecipes.emoji,
    stage: "finetune-cfg",
    network: {},
    steps: 10_000,
    learningRate: 3e-4,
    coolDown: 0.5,
    emptyShare: 0.2,
  },
  glide: {
    ...baseRecipes.glide,
    stage: "finetune-cfg",
    network: {},
    steps: 100_000,
    emptyShare: 0.2,
  },
};
