import type { NoiseSchedule, PredictedQuantity } from "../networks/trained-network.ts";
import type { TimestepChoice } from "../objectives/index.ts";
import type { LowResolution } from "../tasks/index.ts";

/** Whose sizes a recipe has: those of the model that comes with Glissade, or GLIDE's own. */
export const presetNames = ["emoji", "glide"] as const;
export type PresetName = (typeof presetNames)[number];

/** How a network is trained: plain data, as a JSON file may hold it. */
export interface Recipe {
  /** The name of its stage. */
  readonly stage: string;
  /**
   * The network's arguments under the reference's names, as in a model's `config.json`. Empty for a
   * stage that continues a trained network.
   */
  readonly network: Readonly<Record<string, unknown>>;
  readonly diffusion: NoiseSchedule;
  /** Of a network that denoises. */
  readonly objective?: {
    /** What the network predicts: the noise, the image, or their mixture v. */
    readonly meanType: PredictedQuantity;
    /** gamma of min-SNR weighting; left out for none. */
    readonly minSnrGamma?: number;
    /** The weight of the variance's part of the loss, L_vlb; left out for the reference's 1. */
    readonly vlbWeight?: number;
  };
  /** Of a network that denoises; left out if all steps are alike. */
  readonly timesteps?: TimestepChoice;
  /** How an upsampler's input is made. */
  readonly lowRes?: LowResolution;
  /** Optimiser steps of the whole run. */
  readonly steps: number;
  /** Examples per step. */
  readonly batchSize: number;
  /**
   * Examples that one pass of the network takes: the batch is computed in parts, which decides how
   * much memory a worker needs. Divides the batch.
   */
  readonly partSize: number;
  /** Of the steps between warm-up and cool-down. */
  readonly learningRate: number;
  /** Steps over which the learning rate rises. */
  readonly warmUp: number;
  /**
   * Share of the run at its end, 0 to 1, over which the learning rate falls in a straight line to
   * zero.
   */
  readonly coolDown: number;
  /** Of matrices and convolutions; biases and norms do not decay. */
  readonly weightDecay: number;
  /** The gradient's norm is clipped to this. */
  readonly maxGradientNorm: number;
  /**
   * Decays of the moving averages of the weights. Sample images and the exported model use the
   * longest.
   */
  readonly averages: readonly number[];
  /**
   * Noises that are drawn for each image, of which it gets the nearest (immiscible diffusion); left
   * out for 1. Of a network that denoises.
   */
  readonly noiseCandidates?: number;
  /** Share of captions that become the empty sequence, for a network that denoises. */
  readonly emptyShare: number;
}
