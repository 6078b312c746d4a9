import type { Backend, Tensor } from "@glissade/core";
import type { GaussianDiffusion } from "@glissade/core/diffusion";
import type { TrainingBatch } from "../data/index.ts";
import type { ComponentName } from "../networks/component.ts";
import type { PresetName, Recipe } from "../recipes/recipe.ts";
import type { SampleImage } from "../trainer/train.ts";
import type {
  AssembledNetwork,
  AssembledRun,
  AssembleOptions,
  DenoisingNetwork,
} from "./assembled-run.ts";

/**
 * A stage of training. Each is one file of this folder, and `stages.ts` lists them: nothing else
 * knows their names.
 */
export interface Stage {
  /** As recipes and the command line have it. */
  readonly name: string;
  /** What it does, as help lists it: one clause that follows the name. */
  readonly about: string;
  /** The network of a model that it trains. */
  readonly component: ComponentName;
  /** The trained network that a run starts from; undefined for a stage whose weights are new. */
  readonly startsFrom: StartingPoint | undefined;
  /** What captions are read with; undefined for a network that reads none. */
  readonly tokenizer: "glide" | "clip" | undefined;
  /** Whether it learns the class of every caption, which has to be given. Default false. */
  readonly needsClasses?: boolean;
  readonly presets: StagePresets;
  /** Completes a recipe and builds its task. */
  readonly assemble: (
    recipe: Recipe,
    diffusion: GaussianDiffusion,
    options: AssembleOptions,
  ) => AssembledNetwork;
  /** Samples the network during training; undefined for a network that cannot be sampled. */
  readonly sampleGrid?: SampleGrid;
}

export interface StartingPoint {
  readonly component: Exclude<ComponentName, "clip" | "classifier">;
  /** Whether there is no run without it: the recipe leaves the network to it. */
  readonly isRequired: boolean;
}

/** A stage's recipes, by preset. */
export type StagePresets = Readonly<Record<PresetName, Omit<Recipe, "stage">>>;

/** Makes one grid of sample images. */
export type SampleGrid = (round: SampleRound) => Promise<SampleImage>;

/** What is sampled, and with what. */
export interface SampleRound {
  readonly run: AssembledRun;
  readonly denoising: DenoisingNetwork;
  readonly step: number;
  /** The network's weights at this step. */
  readonly weights: ReadonlyMap<string, Tensor>;
  /** A model folder that holds the network with these weights. */
  readonly model: string;
  /** It stays the caller's to dispose of. */
  readonly backend: Backend;
  /** What a text-to-image network is asked for. */
  readonly prompts: readonly string[];
  /** Images that the others start from. */
  readonly examples: TrainingBatch;
  /** Scale of classifier-free guidance; the stage's own if undefined. */
  readonly guidance: number | undefined;
  /** Ends a grid of prompts early, with the images finished so far. */
  readonly signal: AbortSignal | undefined;
}
