import { display, GlissadeError, InvalidArgumentError, UnknownNameError } from "@glissade/graph";
import {
  type BetaScheduleName,
  betaSchedule,
  type GaussianDiffusion,
  gaussianDiffusion,
  type MeanType,
  type VarianceType,
} from "../../diffusion/index.ts";
import type { ModelFiles } from "../index.ts";

/** The process that a network was trained for, and what it says. */
export interface SchedulerDescription {
  /** The full training process; generation respaces it. */
  readonly process: GaussianDiffusion;
  readonly meanType: MeanType;
  readonly varianceType: VarianceType;
  readonly clipDenoised: boolean;
}

/**
 * The folder is a model, but not one that this pipeline can run; or its parts contradict each
 * other.
 */
export class ModelFormatError extends GlissadeError {
  static override readonly code: string = "ModelFormatError";

  readonly model: string;

  constructor({ model, problem, cause }: { model: string; problem: string; cause?: unknown }) {
    super(`The model ${model} ${problem}`, { cause });
    this.model = model;
  }
}

const meanTypes: Readonly<Record<string, MeanType>> = {
  epsilon: "epsilon",
  sample: "start-x",
  v_prediction: "velocity",
};
const varianceTypes: Readonly<Record<string, VarianceType>> = {
  fixed_small: "fixed-small",
  fixed_large: "fixed-large",
  learned: "learned",
  learned_range: "learned-range",
};

/**
 * Reads `FOLDER/scheduler_config.json`, with diffusers' names.
 *
 * @throws ModelFormatError, InvalidArgumentError or UnknownNameError where a value is none
 */
export async function readScheduler(
  files: ModelFiles,
  folder: string,
): Promise<SchedulerDescription> {
  const scheduler = await readObject(files, `${folder}/scheduler_config.json`);
  return {
    // betaSchedule refuses names that it does not know, so the file's text may be passed as one.
    process: gaussianDiffusion(
      betaSchedule(
        String(scheduler.beta_schedule) as BetaScheduleName,
        stepCount(scheduler.num_train_timesteps),
      ),
    ),
    meanType: named("prediction_type", scheduler.prediction_type ?? "epsilon", meanTypes),
    varianceType: named("variance_type", scheduler.variance_type ?? "learned_range", varianceTypes),
    clipDenoised: scheduler.clip_sample !== false,
  };
}

/** @throws ModelFormatError where the file holds something else */
export async function readObject(
  files: ModelFiles,
  path: string,
): Promise<Readonly<Record<string, unknown>>> {
  const json = await files.readJson(path);
  if (typeof json === "object" && json !== null && !Array.isArray(json))
    return json as Readonly<Record<string, unknown>>;
  throw new ModelFormatError({
    model: files.label,
    problem: `has ${display(json)} in ${path}, where an object belongs.`,
  });
}

function stepCount(value: unknown): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 100_000)
    return value;
  throw new InvalidArgumentError({
    argument: "scheduler_config.num_train_timesteps",
    received: value,
    expected: "an integer from 1 to 100000",
  });
}

function named<T>(kind: string, asked: unknown, known: Readonly<Record<string, T>>): T {
  const found = typeof asked === "string" && Object.hasOwn(known, asked) ? known[asked] : undefined;
  if (found === undefined) throw new UnknownNameError({ kind, asked, known: Object.keys(known) });
  return found;
}
