/** Float32 values by the name of the parameter that they belong to. */
export type NamedArrays =
  | Readonly<Record<string, Float32Array>>
  | ReadonlyMap<string, Float32Array>;

/**
 * Arrays by what they are: `parameters`, AdamW's `first-moments` and `second-moments`, each average
 * such as `ema-0.999`.
 */
export type ArrayGroups = Readonly<Record<string, NamedArrays>> | ReadonlyMap<string, NamedArrays>;

/**
 * Everything besides the arrays that a run needs to go on as if it had not stopped. All of it has
 * to survive JSON.
 */
export interface CheckpointState {
  /** Examples that the run has learnt from. */
  readonly samples: number;
  /** The run's settings: `assertSameConfig` compares them when it goes on. */
  readonly config: object;
  readonly seed: number;
  /** State of the generator of noise and timesteps, where the seed and the step do not give it. */
  readonly random?: unknown;
  /** What the timestep sampler has learnt, e.g. the loss history of importance sampling. */
  readonly timestepSampler?: unknown;
  /** Where the data's endless stream goes on: the `start` of the next batch. */
  readonly dataPosition: number;
  /** Version by package: told where a run that should be the same is not. */
  readonly versions?: Readonly<Record<string, string>>;
  /** Anything else that the trainer keeps. */
  readonly extra?: unknown;
}

/** What `saveCheckpoint` writes. */
export interface Checkpoint {
  /** Optimiser steps that are done. */
  readonly step: number;
  readonly tensors: ArrayGroups;
  readonly state: CheckpointState;
}

/** What `loadCheckpoint` gives: the same, with arrays of its own. */
export interface LoadedCheckpoint {
  readonly path: string;
  readonly step: number;
  readonly tensors: ReadonlyMap<string, ReadonlyMap<string, Float32Array>>;
  readonly state: CheckpointState;
  /** Checkpoints that are newer and had to be passed over, and why. */
  readonly warnings: readonly string[];
}
