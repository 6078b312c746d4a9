import type { Setting } from "./settings.ts";

/** How far images are from others, by the Fréchet distance of their CLIP features. */
export interface Distances {
  /** To the yardstick's images of another seed. */
  readonly yardstick: number;
  /** To training images, where they were at hand. */
  readonly training?: number;
}

export interface BaseResult {
  readonly setting: Setting;
  /** Passes of the network an image, counted. */
  readonly evaluations: number;
  readonly seed: number;
  readonly distances: Distances;
}

export interface CascadeResult {
  readonly base: Setting;
  readonly baseEvaluations: number;
  readonly upsampler: Setting;
  readonly upsamplerEvaluations: number;
  readonly seed: number;
  /** Of the large images, shrunk to what CLIP reads. */
  readonly shrunk: Distances;
  /** Of squares cut from the large images, of the size that CLIP reads. */
  readonly crops: Distances;
}

/** Distances of training images to others, for scale. */
export interface TrainingFloor {
  readonly images: number;
  readonly references: number;
  readonly base: number;
  /** Where the model has an upsampler. */
  readonly large?: {
    readonly images: number;
    readonly references: number;
    readonly shrunk: number;
    readonly crops: number;
  };
}

/** Everything that the tables and the plot are made from. */
export interface Results {
  readonly model: string;
  readonly guidance: number;
  readonly images: number;
  readonly cascadeImages: number;
  readonly training: TrainingFloor | undefined;
  readonly base: readonly BaseResult[];
  readonly cascade: readonly CascadeResult[];
}
