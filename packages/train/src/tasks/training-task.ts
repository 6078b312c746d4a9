import { philoxGenerator, type RandomGenerator } from "@glissade/core/random";
import type { Graph } from "@glissade/graph";
import type { TrainingBatch } from "../data/index.ts";
import type { GraphInputs } from "../engine/gradient-engine.ts";
import type { ParameterStore } from "../optimisers/index.ts";

/** A parameter as checkpoints store it. */
export interface ParameterShape {
  readonly name: string;
  readonly dims: readonly number[];
}

/** What a network is trained to do: its loss, and what the loss is computed from. */
export interface TrainingTask {
  /** e.g. `"base"`. */
  readonly name: string;
  /**
   * What is learnt, for a new `ParameterStore`. A loss graph's own parameters may be other views of
   * the same numbers.
   */
  parameterShapes(): readonly ParameterShape[];
  /**
   * The loss of `batch` examples: an output `loss`, their mean, which is differentiated, and others
   * that `PreparedBatch.finish` reads.
   */
  lossGraph(batch: number): Graph;
  /**
   * A batch as the graph reads it. Whatever is random comes from `random`, so that a resumed run
   * draws what it would have drawn.
   */
  prepare(batch: TrainingBatch, random: StepRandom): PreparedBatch;
  /** Brings parameters that have bounds back into them, after every step. */
  constrain?(parameters: ParameterStore): void;
  /**
   * Whether `prepare` depends on what earlier steps' `finish` was told: then a step cannot be
   * prepared while the one before it runs.
   */
  readonly looksBack: boolean;
  /** What the task has learnt besides the weights, as plain data for a checkpoint. */
  state(): unknown;
  restore(state: unknown): void;
}

export interface PreparedBatch {
  /** Every tensor has one row an example. */
  readonly inputs: GraphInputs;
  /**
   * Reads the graph's other outputs, one record a part in the batch's order: numbers for the log.
   */
  finish(outputs: readonly GraphInputs[]): Readonly<Record<string, number>>;
}

/**
 * The random numbers of one step, by what they are for: streams that are independent of each other
 * and functions of the run's seed and the step alone.
 */
export type StepRandom = (purpose: RandomPurpose) => RandomGenerator;

const purposes = ["timesteps", "noise", "captions", "masks", "augmentation"] as const;
export type RandomPurpose = (typeof purposes)[number];

/** @example `stepRandom(7, 1200)("noise").randn([32, 3, 64, 64])` */
export function stepRandom(seed: number, step: number): StepRandom {
  return (purpose) => philoxGenerator(seed, step * purposes.length + purposes.indexOf(purpose));
}

/**
 * The parameters of a graph that was not simplified: each under the first shape that it was asked
 * for in, which is the checkpoint's.
 */
export function shapesOf({ parameters }: Graph): ParameterShape[] {
  return parameters
    .filter(({ name }, index) => parameters.findIndex((other) => other.name === name) === index)
    .map(({ name, dims }) => ({ name, dims }));
}

/**
 * The mean of an output over all rows of all parts; undefined where the graph has no such output.
 */
export function meanOutput(outputs: readonly GraphInputs[], name: string): number | undefined {
  const values = outputs.flatMap((part) => (part[name] ? [...numbersOf(part, name)] : []));
  return values.length === 0
    ? undefined
    : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** An output of one number an example, parts joined. */
export function rowsOfOutput(outputs: readonly GraphInputs[], name: string): Float32Array {
  return Float32Array.from(outputs.flatMap((part) => [...numbersOf(part, name)]));
}

function numbersOf(part: GraphInputs, name: string): Float32Array {
  const value = part[name];
  return value?.dtype === "float32" ? value.data : new Float32Array();
}
