import { admClassifierDefaults } from "@glissade/core/networks";
import { assembleClassifier } from "./assemble-classifier.ts";
import { base, glideSized } from "./base.ts";
import type { Stage } from "./stage.ts";

/**
 * ADM's noised classifier: finds the class of an image at any noise level; its gradient guides. An
 * image's class is that of its caption, by a list of classes.
 *
 * `glide` has guided-diffusion's options for 64 x 64 pixels and their training.
 *
 * @see Dhariwal & Nichol 2021, arXiv 2105.05233, section 4 and table 11
 */
export const classifier = {
  name: "classifier",
  about: "makes a noised classifier, whose gradient guides",
  component: "classifier",
  startsFrom: undefined,
  tokenizer: undefined,
  needsClasses: true,
  assemble: assembleClassifier,
  presets: {
    emoji: {
      network: {
        ...admClassifierDefaults,
        image_size: 64,
        classifier_width: 32,
        classifier_depth: 1,
        classifier_attention_resolutions: "16",
        channel_mult: "1,2,4",
      },
      diffusion: base.presets.emoji.diffusion,
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
      network: { ...admClassifierDefaults, image_size: 64, classifier_depth: 4 },
      diffusion: { steps: 1000, schedule: "squaredcos_cap_v2" },
      steps: 300_000,
      batchSize: 1024,
      partSize: 4,
      learningRate: 6e-4,
      weightDecay: 0.05,
    }),
  },
} satisfies Stage;
