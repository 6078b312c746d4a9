import type { Setting } from "./settings.ts";

/** How far pictures are from others, by the Fréchet distance of their CLIP features. */
export interface Distances {
  /** To the yardstick's pictures of another seed. */
  readonly yardstick: number;
  /** To training pictures, where they were at hand. */
  readonly training?: number;
}

export interface BaseResult {
  readonly setting: Setting;
  /** Passes of the network a picture, counted. */
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
  /** Of the large pictures, shrunk to what CLIP reads. */
  readonly shrunk: Distances;
  /** Of squares cut from the large pictures, of the size that CLIP reads. */
  readonly crops: Distances;
}

/** Distances of training pictures to others, for scale. */
export interface TrainingFloor {
  readonly pictures: number;
  readonly references: number;
  readonly base: number;
  /** Where the model has an upsampler. */
  readonly large?: {
    readonly pictures: number;
    readonly references: number;
    readonly shrunk: number;
    readonly crops: number;
  };
}

/** Everything that the tables and the plot are made from. */
export interface Results {
  readonly model: string;
  readonly guidance: number;
  readonly pictures: number;
  readonly cascadePictures: number;
  readonly training: TrainingFloor | undefined;
  readonly base: readonly BaseResult[];
  readonly cascade: readonly CascadeResult[];
}
