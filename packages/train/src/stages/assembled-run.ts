import type { GaussianDiffusion } from "@glissade/core/diffusion";
import type { TextToImageConfig } from "@glissade/core/networks";
import type { GlideTokenizer } from "@glissade/core/text";
import type { LossGraph } from "../engine/gradient-engine.ts";
import type { TrainedNetwork } from "../networks/trained-network.ts";
import type { Objective } from "../objectives/index.ts";
import type { Recipe } from "../recipes/recipe.ts";
import type { TrainingTask } from "../tasks/index.ts";

/** Everything that follows from a run's recipe: the input of `train` and of an engine. */
export interface AssembledRun {
  /** Completed by the tokenizer, the classes or the start. */
  readonly recipe: Recipe;
  /** Side of the images in pixels. */
  readonly side: number;
  readonly process: GaussianDiffusion;
  readonly task: TrainingTask;
  /**
   * Of `recipe.partSize` examples; its parameters have their first values and lie in shared memory.
   */
  readonly loss: LossGraph;
  /**
   * The contents of the `tokenizer.json` that captions are read with; undefined for a classifier.
   */
  readonly tokenizer: unknown;
  /** Of a classifier: the class of every caption. */
  readonly classes: ReadonlyMap<string, number> | undefined;
  /** Of a network that denoises, and can be sampled. */
  readonly denoising: DenoisingNetwork | undefined;
}

export interface DenoisingNetwork {
  readonly config: TextToImageConfig;
  readonly objective: Objective;
  readonly tokenizer: GlideTokenizer;
}

export interface AssembleOptions {
  /**
   * The contents of a `tokenizer.json`, of the stage's kind. Default: that of `start`.
   */
  readonly tokenizer?: unknown;
  /** The class of every caption, from 0, for a classifier. */
  readonly classes?: ReadonlyMap<string, number>;
  /** Of the initial values of new weights. */
  readonly seed: number;
  /** The network to continue, which fine-tuning stages need. */
  readonly start?: TrainedNetwork;
}

/** The part of an assembled run that depends on the kind of network. */
export type AssembledNetwork = Pick<
  AssembledRun,
  "recipe" | "side" | "task" | "tokenizer" | "classes" | "denoising"
>;
