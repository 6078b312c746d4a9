import { admClassifierDefaults } from "@glissade/core/networks";
import type { StageRecipes } from "../recipes/recipe.ts";
import { baseRecipes, glideSized } from "./base.ts";

/**
 * ADM's noised classifier: tells the class of a picture whatever noise is on it; its gradient
 * guides. A picture's class is its caption's, by a list of classes.
 *
 * `glide` has guided-diffusion's options for 64 x 64 pixels and their training.
 *
 * @see Dhariwal & Nichol 2021, arXiv 2105.05233, section 4 and table 11
 */
export const classifierRecipes: StageRecipes = {
  emoji: {
    stage: "classifier",
    network: {
      ...admClassifierDefaults,
      image_size: 64,
      classifier_width: 32,
      classifier_depth: 1,
      classifier_attention_resolutions: "16",
      channel_mult: "1,2,4",
    },
    diffusion: baseRecipes.emoji.diffusion,
    steps: 20_000,
    batchSize: 32,
    partSize: 16,
    learningRate: 6e-4,
    warmUp: 500,
    coolDown: 0.5,
    weightDecay: 0.05,
    maxGradientNorm: 1,
    averages: [0.999],
    emptyShare: 0,
  },
  glide: glideSized({
    stage: "classifier",
    network: { ...admClassifierDefaults, image_size: 64, classifier_depth: 4 },
    diffusion: { steps: 1000, schedule: "squaredcos_cap_v2" },
    steps: 300_000,
    batchSize: 1024,
    partSize: 4,
    learningRate: 6e-4,
    weightDecay: 0.05,
  }),
};
