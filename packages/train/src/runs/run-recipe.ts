import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Backend, encodePng, NumericalError, rgbImage, WeightsError } from "@glissade/core";
import { writeFileAtomically } from "@glissade/core/files";
import { assertFreeSpace } from "../checkpoints/index.ts";
import type { TrainingBatch, TrainingData } from "../data/index.ts";
import type { GradientEngine } from "../engine/gradient-engine.ts";
import {
  type ProgressOutput,
  type ReportPicture,
  readRecords,
  writeReport,
} from "../logs/index.ts";
import { recipeRate } from "../recipes/recipe-rate.ts";
import type { AssembledRun, DenoisingNetwork } from "../stages/assemble-run.ts";
import { sampleGrid } from "../stages/sample-grid.ts";
import { type SamplePicture, type TrainResult, train } from "../trainer/train.ts";
import { averagesOf, estimateRun, optimiserOf } from "./estimate-run.ts";
import { writeRunModel } from "./write-run-model.ts";

export interface RunRecipeOptions {
  readonly data: TrainingData;
  /**
   * Of the assembled run's loss: `workerGradients(run.loss, ...)` or `localGradients`. It stays the
   * caller's to dispose of.
   */
  readonly engine: GradientEngine;
  /** Checkpoints, logs, pictures, `model/` and `report.html`. */
  readonly folder: string;
  readonly seed: number;
  /** Makes the backend for sample pictures. Without it there are none. */
  readonly backend?: () => Backend;
  /** Steps between two rounds of sample pictures. Default 500. */
  readonly sampleEvery?: number;
  /** What a text-to-image network is asked for. Default: captions of the data. */
  readonly prompts?: readonly string[];
  /** Of sample pictures. Default 3, and 1 where no caption is dropped. */
  readonly guidance?: number;
  /** Go on from the folder's latest checkpoint, where there is one. */
  readonly resume?: boolean;
  /** Default 5. */
  readonly checkpointMinutes?: number;
  /** As it was typed, for the report. */
  readonly command?: string;
  readonly output?: ProgressOutput;
  readonly signal?: AbortSignal;
}

/** Pictures in a grid where the data or nobody says otherwise. */
const gridPictures = 8;
/** Grids in the report, the newest ones. */
const reportPictures = 12;

/**
 * Trains an assembled run: `train` with the recipe's settings, a grid of sample pictures from time
 * to time, the finished network as a model in `model/`, and a report.
 *
 * @throws as `train`; CheckpointError where the disk has no room for the checkpoints.
 * @example `await runRecipe(run, { data, engine, folder: "runs/base", seed: 1, backend: () =>
 * onnx() });`
 */
export async function runRecipe(
  run: AssembledRun,
  options: RunRecipeOptions,
): Promise<TrainResult> {
  const { recipe, loss } = run;
  const { data, folder, seed, backend, signal, sampleEvery = 500 } = options;
  await assertFreeSpace(
    folder,
    estimateRun(run, { workers: options.engine.width }).disk.checkpoints,
  );
  const examples = await data.batch(
    0,
    Math.min(gridPictures, recipe.batchSize),
    signal ? { signal } : {},
  );
  try {
    const result = await train({
      task: run.task,
      data,
      parameters: loss.parameters,
      engine: options.engine,
      folder,
      config: { ...recipe, seed, examples: data.size },
      seed,
      steps: recipe.steps,
      batchSize: recipe.batchSize,
      partSize: recipe.partSize,
      learningRate: recipeRate(recipe),
      optimiser: optimiserOf(recipe),
      maxGradientNorm: recipe.maxGradientNorm,
      averages: averagesOf(recipe),
      ...(options.resume !== undefined && { resume: options.resume }),
      ...(options.checkpointMinutes !== undefined && {
        checkpointMinutes: options.checkpointMinutes,
      }),
      ...(backend &&
        sampleEvery > 0 &&
        run.denoising &&
        sampling(run, run.denoising, { ...options, backend, sampleEvery }, examples)),
      ...(options.output && { output: options.output }),
      ...(signal && { signal }),
    });
    await writeRunModel(run, loss.parameters.toTensors(result.state.best.slice()), folder);
    await writeRunReport(run, options);
    return result;
  } catch (error) {
    await writeRunReport(run, options).catch(() => {}); // what ended the run matters more
    throw error;
  }
}

function sampling(
  run: AssembledRun,
  denoising: DenoisingNetwork,
  options: RunRecipeOptions & { readonly backend: () => Backend; readonly sampleEvery: number },
  examples: TrainingBatch,
) {
  const { folder, sampleEvery, backend, guidance, signal } = options;
  const grid = {
    folder,
    backend,
    examples,
    prompts: options.prompts ?? examples.captions,
    ...(guidance !== undefined && { guidance }),
    ...(signal && { signal }),
  };
  return {
    sampleEvery,
    async sample(weights: Float32Array, step: number) {
      // a copy, since ONNX Runtime takes no shared memory
      const named = run.loss.parameters.toTensors(weights.slice());
      try {
        await writeRunModel(run, named, folder);
        return await sampleGrid(run, denoising, named, step, grid);
      } catch (error) {
        return withoutPictures(error, step);
      }
    },
    async onSample(
      { png, caption }: { readonly png: Uint8Array; readonly caption: string },
      step: number,
    ) {
      await writeFileAtomically(join(folder, sampleName(step)), png);
      await writeFileAtomically(
        join(folder, sampleName(step).replace(/png$/, "txt")),
        `${caption}\n`,
      );
      await writeRunReport(run, options);
    },
  };
}

/**
 * A network may say nonsense on the way and learn better: numbers that are no picture do not end a
 * run.
 */
function withoutPictures(error: unknown, step: number): SamplePicture {
  if (!NumericalError.isInstance(error) && !WeightsError.isInstance(error)) throw error;
  return { png: encodePng(rgbImage(8, 8)), caption: `step ${step}: no pictures. ${error.message}` };
}

/** Of whatever the folder holds, so that a resumed run reports the whole. */
async function writeRunReport(
  run: AssembledRun,
  { folder, data, command }: RunRecipeOptions,
): Promise<void> {
  const records = recordsIn(folder);
  if (records.length === 0) return;
  await writeReport(join(folder, "report.html"), {
    title: `Training: ${run.recipe.stage}`,
    ...(command !== undefined && { command }),
    config: run.recipe,
    dataset: data.description,
    records,
    pictures: await picturesIn(folder),
    skipped: data.skipped,
  });
}

function recordsIn(folder: string) {
  try {
    return readRecords(join(folder, "log.jsonl"));
  } catch {
    return []; // the run ended before its first step
  }
}

async function picturesIn(folder: string): Promise<ReportPicture[]> {
  const names = (await readdir(folder)).filter((name) => /^samples-\d+\.png$/.test(name)).sort();
  return Promise.all(
    names
      .slice(-reportPictures)
      .reverse()
      .map(async (name) => ({
        png: await readFile(join(folder, name)),
        caption: (
          await readFile(join(folder, name.replace(/png$/, "txt")), "utf8").catch(() => name)
        ).trim(),
        alt: "A grid of sample pictures",
      })),
  );
}

/** `samples-00001000.png` */
function sampleName(step: number): string {
  return `samples-${String(step).padStart(8, "0")}.png`;
}
