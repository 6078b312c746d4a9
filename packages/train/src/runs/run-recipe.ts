import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Backend, encodePng, NumericalError, rgbImage, WeightsError } from "@glissade/core";
import { writeFileAtomically } from "@glissade/core/files";
import { assertFreeSpace } from "../checkpoints/index.ts";
import type { TrainingBatch, TrainingData } from "../data/index.ts";
import type { GradientEngine } from "../engine/gradient-engine.ts";
import { type ProgressOutput, type ReportImage, readRecords, writeReport } from "../logs/index.ts";
import { recipeRate } from "../recipes/recipe-rate.ts";
import type { AssembledRun, DenoisingNetwork } from "../stages/assembled-run.ts";
import type { SampleGrid } from "../stages/stage.ts";
import { stageByName } from "../stages/stages.ts";
import { type SampleImage, type TrainResult, train } from "../trainer/train.ts";
import { averagesOf, estimateRun, optimiserOf } from "./estimate-run.ts";
import { writeRunModel } from "./write-run-model.ts";

export interface RunRecipeOptions {
  readonly data: TrainingData;
  /**
   * Of the assembled run's loss: `workerGradients(run.loss, ...)` or `localGradients`. It stays the
   * caller's to dispose of.
   */
  readonly engine: GradientEngine;
  /** Checkpoints, logs, images, `model/` and `report.html`. */
  readonly folder: string;
  readonly seed: number;
  /** Makes the backend for sample images. Without it there are none. */
  readonly backend?: () => Backend;
  /** Steps between two rounds of sample images. Default 500. */
  readonly sampleEvery?: number;
  /** What a text-to-image network is asked for. Default: captions of the data. */
  readonly prompts?: readonly string[];
  /** Of sample images. Default: the stage's own, mostly 3, or 1 if no caption is dropped. */
  readonly guidance?: number;
  /** Continue from the folder's latest checkpoint, if there is one. */
  readonly resume?: boolean;
  /** Default 5. */
  readonly checkpointMinutes?: number;
  /** As it was typed, for the report. */
  readonly command?: string;
  readonly output?: ProgressOutput;
  readonly signal?: AbortSignal;
}

/** Images in a grid, unless the data or a caller say otherwise. */
const gridImages = 8;
/** Grids in the report, the newest ones. */
const reportGrids = 12;

/**
 * Trains an assembled run: `train` with the recipe's settings, a grid of sample images from time
 * to time, the finished network as a model in `model/`, and a report.
 *
 * @throws as `train`; CheckpointError if the disk has no room for the checkpoints.
 * @example `await runRecipe(run, { data, engine, folder: "runs/base", seed: 1, backend: () =>
 * onnx() });`
 */
export async function runRecipe(
  run: AssembledRun,
  options: RunRecipeOptions,
): Promise<TrainResult> {
  const { recipe, loss } = run;
  const { data, folder, seed, backend, signal, sampleEvery = 500 } = options;
  const { sampleGrid } = stageByName(recipe.stage);
  await assertFreeSpace(
    folder,
    estimateRun(run, { workers: options.engine.width }).disk.checkpoints,
  );
  const examples = await data.batch(
    0,
    Math.min(gridImages, recipe.batchSize),
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
        sampleGrid &&
        sampling(run, {
          ...options,
          backend,
          sampleEvery,
          sampleGrid,
          denoising: run.denoising,
          examples,
        })),
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

interface SamplingOptions extends RunRecipeOptions {
  readonly backend: () => Backend;
  readonly sampleEvery: number;
  readonly sampleGrid: SampleGrid;
  readonly denoising: DenoisingNetwork;
  readonly examples: TrainingBatch;
}

function sampling(run: AssembledRun, options: SamplingOptions) {
  const { folder, sampleEvery, sampleGrid, denoising, examples, guidance, signal } = options;
  const prompts = options.prompts ?? examples.captions;
  return {
    sampleEvery,
    async sample(values: Float32Array, step: number) {
      // a copy, since ONNX Runtime takes no shared memory
      const weights = run.loss.parameters.toTensors(values.slice());
      const backend = options.backend();
      try {
        const model = await writeRunModel(run, weights, folder);
        const round = { run, denoising, step, weights, model, backend, prompts, examples };
        return await sampleGrid({ ...round, guidance, signal });
      } catch (error) {
        return withoutImages(error, step);
      } finally {
        await backend.dispose();
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
 * A network may predict nonsense early in training and recover: samples that are no image do not
 * end a run.
 */
function withoutImages(error: unknown, step: number): SampleImage {
  if (!NumericalError.isInstance(error) && !WeightsError.isInstance(error)) throw error;
  return { png: encodePng(rgbImage(8, 8)), caption: `step ${step}: no images. ${error.message}` };
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
    images: await imagesIn(folder),
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

async function imagesIn(folder: string): Promise<ReportImage[]> {
  const names = (await readdir(folder)).filter((name) => /^samples-\d+\.png$/.test(name)).sort();
  return Promise.all(
    names
      .slice(-reportGrids)
      .reverse()
      .map(async (name) => ({
        png: await readFile(join(folder, name)),
        caption: (
          await readFile(join(folder, name.replace(/png$/, "txt")), "utf8").catch(() => name)
        ).trim(),
        alt: "A grid of sample images",
      })),
  );
}

/** `samples-00001000.png` */
function sampleName(step: number): string {
  return `samples-${String(step).padStart(8, "0")}.png`;
}
