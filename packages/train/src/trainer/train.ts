import { mkdir } from "node:fs/promises";
import { InvalidArgumentError } from "@glissade/core";
import { assertPositiveInteger } from "@glissade/graph";
import {
  assertSameConfig,
  type LoadedCheckpoint,
  latestCheckpoint,
  listCheckpoints,
  prepareCheckpointFolder,
  saveCheckpoint,
} from "../checkpoints/index.ts";
import type { TrainingBatch, TrainingData } from "../data/index.ts";
import type { GradientEngine } from "../engine/gradient-engine.ts";
import { openTrainingLog, type ProgressOutput, type TrainingLog } from "../logs/index.ts";
import {
  type AdamWOptions,
  clipScale,
  type LearningRate,
  type MovingAverageOptions,
  type ParameterStore,
} from "../optimisers/index.ts";
import { type PreparedBatch, stepRandom, type TrainingTask } from "../tasks/training-task.ts";
import { diverged } from "./diverged.ts";
import { splitRows } from "./split-rows.ts";
import { TrainingState } from "./training-state.ts";

/** An image made during training, for the log and the report. */
export interface SampleImage {
  readonly png: Uint8Array;
  readonly caption: string;
}

export interface TrainOptions {
  readonly task: TrainingTask;
  readonly data: TrainingData;
  /** Begin where they are; they are changed in place. */
  readonly parameters: ParameterStore;
  /** Of the task's loss graph at `partSize`, and of these parameters. */
  readonly engine: GradientEngine;
  /** The run's folder: checkpoints, logs, images. */
  readonly folder: string;
  /** What a resumed run must agree on, e.g. the recipe and the network's config. */
  readonly config: object;
  readonly seed: number;
  /** Steps of the whole run. */
  readonly steps: number;
  /** Examples a step. */
  readonly batchSize: number;
  /** Examples a part: what the engine's graph was built for. */
  readonly partSize: number;
  readonly learningRate: LearningRate;
  readonly optimiser?: AdamWOptions;
  /** Default 1. */
  readonly maxGradientNorm?: number;
  readonly averages?: readonly MovingAverageOptions[];
  /** Continue from the folder's latest checkpoint, where there is one. Default false. */
  readonly resume?: boolean;
  /** Default 5. */
  readonly checkpointMinutes?: number;
  /**
   * Steps between two rounds of sample images, made by `sample` with the weights passed to it (the
   * longest average).
   */
  readonly sampleEvery?: number;
  readonly sample?: (weights: Float32Array, step: number) => Promise<SampleImage>;
  readonly onSample?: (image: SampleImage, step: number) => Promise<void>;
  readonly output?: ProgressOutput;
  readonly signal?: AbortSignal;
}

export interface TrainResult {
  readonly state: TrainingState;
  readonly steps: number;
  readonly log: Pick<TrainingLog, "records" | "path">;
}

/**
 * Trains. A run is a function of its options: everything random comes from the seed and the step's
 * number, so a run that is killed and resumed goes through the same losses as one that is not, bit
 * for bit where the engine's threads are the same.
 *
 * When aborted it finishes its step, writes a checkpoint and throws the signal's reason.
 *
 * @throws TrainingDivergedError at a loss or gradient that is not finite; ConfigMismatchError where
 * a checkpoint belongs to another run
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { task, parameters, folder, seed, batchSize, steps, signal } = options;
  for (const name of ["steps", "batchSize", "partSize"] as const)
    assertPositiveInteger(name, options[name]);
  const state = new TrainingState(parameters, options.optimiser ?? {}, options.averages ?? []);
  await mkdir(folder, { recursive: true });
  if (!options.resume) await assertNoRun(folder);
  const resumed = options.resume ? await restore(options, state) : undefined;
  const log = openTrainingLog(folder, {
    steps,
    resumeAt: options.resume ? state.optimiser.steps : undefined,
    output: options.output,
  });
  const gradient = parameters.zeros();
  const save = () =>
    saveCheckpoint(
      folder,
      state.checkpoint({
        samples: state.optimiser.steps * batchSize,
        config: options.config,
        seed,
        dataPosition: state.optimiser.steps * batchSize,
        extra: task.state(),
      }),
    );
  let savedAt = Date.now();
  try {
    for (const warning of resumed?.warnings ?? []) log.note(warning);
    // Only now: a folder whose log belongs to another run has been refused by its log.
    await prepareCheckpointFolder(folder, { resumeAt: state.optimiser.steps });
    const batches = new BatchQueue(options);
    while (state.optimiser.steps < steps) {
      const started = performance.now();
      const step = state.optimiser.steps;
      const { batch, prepared } = await batches.take(step).catch(async (error: unknown) => {
        // while it waited for images: the steps up to here are good
        if (signal?.aborted) await save();
        throw error;
      });
      const running = options.engine.gradients(
        splitRows(prepared.inputs, options.partSize),
        gradient,
      );
      if (step + 1 < steps) batches.prefetch(step + 1);
      const { norm, outputs } = await running;
      const numbers = prepared.finish(outputs);
      if (!Number.isFinite(norm) || !Object.values(numbers).every(Number.isFinite))
        throw await diverged(
          folder,
          step + 1,
          Number.isFinite(norm) ? "a loss that is not finite" : "a gradient that is not finite",
          prepared.inputs,
          batch,
        );
      const learningRate = options.learningRate(step);
      const gradientScale = clipScale(norm, options.maxGradientNorm ?? 1);
      await options.engine.update(
        state.optimiser.nextStep(gradient, {
          learningRate,
          gradientScale,
          averages: state.averages,
        }),
      );
      task.constrain?.(parameters);
      const samplesPerSecond = (1000 * batchSize) / (performance.now() - started);
      log.record({
        step: step + 1,
        samples: (step + 1) * batchSize,
        ...numbers,
        gradientNorm: norm,
        learningRate,
        samplesPerSecond,
        skipped: options.data.skipped.length,
      });
      if (options.sampleEvery && (step + 1) % options.sampleEvery === 0)
        await takeSample(options, state, log).catch(async (error: unknown) => {
          await save(); // a failed sample is no reason to lose steps
          throw error;
        });
      if (signal?.aborted || Date.now() - savedAt >= 60_000 * (options.checkpointMinutes ?? 5)) {
        await save();
        savedAt = Date.now();
      }
      signal?.throwIfAborted();
    }
    await save();
    return { state, steps: state.optimiser.steps, log };
  } finally {
    log.close();
  }
}

/** A new run would be mixed up with the one that is there. @throws InvalidArgumentError */
async function assertNoRun(folder: string): Promise<void> {
  const [newest] = await listCheckpoints(folder);
  if (newest)
    throw new InvalidArgumentError({
      argument: "folder",
      received: folder,
      expected: `a folder without checkpoints: it has one of step ${newest.step}`,
      hint: "Resume that run, or choose another folder.",
    });
}

/** Goes back to the latest checkpoint, and gives it; undefined where there is none. */
async function restore(
  { folder, config, seed, batchSize, task }: TrainOptions,
  state: TrainingState,
): Promise<LoadedCheckpoint | undefined> {
  const checkpoint = await latestCheckpoint(folder);
  if (!checkpoint) return undefined;
  const saved = checkpoint.state;
  // Where the data go on and what is random follow from these two.
  const savedBatchSize = checkpoint.step === 0 ? batchSize : saved.dataPosition / checkpoint.step;
  assertSameConfig(
    { config: saved.config, seed: saved.seed, batchSize: savedBatchSize },
    { config, seed, batchSize },
    { path: checkpoint.path, mayDiffer: ["config.steps"] },
  );
  state.restore(checkpoint);
  if (saved.extra !== undefined) task.restore(saved.extra);
  return checkpoint;
}

async function takeSample(
  { sample, onSample }: TrainOptions,
  state: TrainingState,
  log: TrainingLog,
): Promise<void> {
  if (!sample) return;
  const step = state.optimiser.steps;
  const image = await sample(state.best, step);
  log.image(step, "samples", image.png);
  await onSample?.(image, step);
}

interface ReadyBatch {
  readonly batch: TrainingBatch;
  readonly prepared: PreparedBatch;
}

/** Batches by their step, the next one made ready while the last one is computed. */
class BatchQueue {
  readonly #options: TrainOptions;
  #next:
    | {
        readonly step: number;
        readonly batch: Promise<TrainingBatch>;
        readonly ready: Promise<ReadyBatch> | undefined;
      }
    | undefined;

  constructor(options: TrainOptions) {
    this.#options = options;
  }

  async take(step: number): Promise<ReadyBatch> {
    const next = this.#next?.step === step ? this.#next : undefined;
    this.#next = undefined;
    if (next?.ready) return next.ready;
    const batch = await (next?.batch ?? this.#fetch(step));
    return this.#prepare(step, batch);
  }

  prefetch(step: number): void {
    const batch = this.#fetch(step);
    const ready = this.#options.task.looksBack
      ? undefined
      : batch.then((fetched) => this.#prepare(step, fetched));
    for (const promise of [batch, ready]) promise?.catch(() => {}); // told where it is taken
    this.#next = { step, batch, ready };
  }

  #fetch(step: number): Promise<TrainingBatch> {
    const { data, batchSize, signal } = this.#options;
    return data.batch(step * batchSize, batchSize, signal ? { signal } : {});
  }

  #prepare(step: number, batch: TrainingBatch): ReadyBatch {
    const { task, seed } = this.#options;
    return { batch, prepared: task.prepare(batch, stepRandom(seed, step)) };
  }
}
