import { countFlops } from "@glissade/graph";
import type { TrainingData } from "../data/index.ts";
import { gradientGraph } from "../engine/compiled-gradients.ts";
import type { GradientEngine } from "../engine/gradient-engine.ts";
import { clipScale, matricesOnly } from "../optimisers/index.ts";
import type { AssembledRun } from "../stages/assembled-run.ts";
import { stepRandom } from "../tasks/index.ts";
import { splitRows } from "../trainer/split-rows.ts";
import { TrainingState } from "../trainer/training-state.ts";
import { peakMemory } from "./peak-memory.ts";

/** What a run will cost, as far as its graph shows. */
export interface RunEstimate {
  readonly parameters: number;
  /** Billions of floating-point operations of convolutions and matrix products for one example. */
  readonly gflop: { readonly forward: number; readonly forwardAndBackward: number };
  /** Bytes, by what they are for. `activations` are those of all workers. */
  readonly memory: {
    readonly weights: number;
    readonly gradients: number;
    readonly moments: number;
    readonly averages: number;
    readonly activations: number;
    readonly total: number;
  };
  /** Bytes of one checkpoint, and of all that are on the disk at a time. */
  readonly disk: { readonly checkpoint: number; readonly checkpoints: number };
}

/** The last two, and the one that is being written. */
const checkpointsAtATime = 3;

/** @example `const { parameters, memory } = estimateRun(assembled, { workers: 2 });` */
export function estimateRun(
  { loss, recipe }: AssembledRun,
  { workers }: { readonly workers: number },
): RunEstimate {
  const { graph, parameters } = loss;
  const bytes = 4 * parameters.size;
  const full = gradientGraph(loss);
  const perExample = (flops: number) => flops / recipe.partSize / 1e9;
  const memory = {
    // each worker has a copy, and ONNX Runtime's inputs are another
    weights: bytes * (1 + 2 * workers),
    gradients: bytes * (1 + 2 * workers), // a worker's sum, and what its last part gave
    moments: 2 * bytes,
    averages: recipe.averages.length * bytes,
    activations: workers * peakMemory(full),
  };
  const checkpoint =
    (3 + recipe.averages.length) * bytes +
    200 * (3 + recipe.averages.length) * parameters.slots.length;
  return {
    parameters: parameters.size,
    gflop: {
      forward: perExample(countFlops(graph, {})),
      forwardAndBackward: perExample(countFlops(full, {})),
    },
    memory: { ...memory, total: Object.values(memory).reduce((sum, part) => sum + part, 0) },
    disk: { checkpoint, checkpoints: checkpointsAtATime * checkpoint },
  };
}

export interface MeasureOptions {
  readonly data: TrainingData;
  readonly engine: GradientEngine;
  readonly seed: number;
  /** Steps that are timed, after one that is not. Default 2. */
  readonly steps?: number;
  readonly signal?: AbortSignal;
}

/**
 * Seconds of a whole step: the batch, its gradients, the optimiser. The parameters are restored
 * afterwards.
 */
export async function measureStep(
  { loss, recipe, task }: AssembledRun,
  { data, engine, seed, steps = 2, signal }: MeasureOptions,
): Promise<number> {
  const { parameters } = loss;
  const before = parameters.values.slice();
  const state = new TrainingState(parameters, optimiserOf(recipe), averagesOf(recipe));
  const gradient = parameters.zeros();
  let started = 0;
  for (let step = 0; step <= steps; step++) {
    if (step === 1) started = performance.now(); // the first one also warms up
    signal?.throwIfAborted();
    const batch = await data.batch(
      step * recipe.batchSize,
      recipe.batchSize,
      signal ? { signal } : {},
    );
    const { inputs } = task.prepare(batch, stepRandom(seed, step));
    const { norm } = await engine.gradients(splitRows(inputs, recipe.partSize), gradient);
    const gradientScale = clipScale(norm, recipe.maxGradientNorm);
    await engine.update(
      state.optimiser.nextStep(gradient, {
        learningRate: recipe.learningRate,
        gradientScale,
        averages: state.averages,
      }),
    );
  }
  const seconds = (performance.now() - started) / 1000 / steps;
  parameters.values.set(before);
  return seconds;
}

/** The options of a recipe's optimiser. */
export function optimiserOf({ weightDecay }: AssembledRun["recipe"]) {
  return { weightDecay, decays: matricesOnly };
}

/** The averages begin with a short memory, so that the first weights are forgotten. */
export function averagesOf({ averages }: AssembledRun["recipe"]) {
  return averages.map((decay) => ({ decay, warmUp: true }));
}
