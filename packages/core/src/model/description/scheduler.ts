import { display, GlissadeError, InvalidArgumentError, UnknownNameError } from "@glissade/graph";
import {
  type BetaScheduleName,
  betaSchedule,
  type GaussianDiffusion,
  gaussianDiffusion,
  type MeanType,
  parseBetaScheduleName,
  type VarianceType,
} from "../../diffusion/index.ts";
import type { ModelFiles } from "../model-files.ts";
import { modelPaths } from "./components.ts";

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

/** A training process and what its network predicts, as plain data. */
export interface SchedulerConfig {
  /** How many steps of noise there are. */
  readonly steps: number;
  readonly schedule: BetaScheduleName;
  readonly meanType: (typeof predictionTypes)[keyof typeof predictionTypes];
  readonly varianceType: VarianceType;
  readonly clipDenoised: boolean;
}

/**
 * What is written for a network. One that only guides, a CLIP or a classifier, has no more than the
 * noise that it was trained with.
 */
export interface WrittenScheduler extends Pick<SchedulerConfig, "steps" | "schedule"> {
  readonly meanType?: MeanType | undefined;
  readonly varianceType?: VarianceType | undefined;
  readonly clipDenoised?: boolean | undefined;
}

/** diffusers' names, to ours. */
const predictionTypes = {
  epsilon: "epsilon",
  sample: "start-x",
  v_prediction: "velocity",
} as const satisfies Record<string, MeanType>;
const varianceTypes = {
  fixed_small: "fixed-small",
  fixed_large: "fixed-large",
  learned: "learned",
  learned_range: "learned-range",
} as const satisfies Record<string, VarianceType>;

/**
 * Reads the contents of a `scheduler_config.json`, with diffusers' names.
 *
 * @throws InvalidArgumentError or UnknownNameError if a value is out of range or unknown.
 */
export function parseSchedulerConfig(json: Readonly<Record<string, unknown>>): SchedulerConfig {
  const { beta_schedule: schedule, num_train_timesteps: steps } = json;
  return {
    steps: stepCount(steps),
    schedule: parseBetaScheduleName(schedule),
    meanType: named("prediction_type", json.prediction_type ?? "epsilon", predictionTypes),
    varianceType: named("variance_type", json.variance_type ?? "learned_range", varianceTypes),
    clipDenoised: json.clip_sample !== false,
  };
}

/**
 * The inverse of `parseSchedulerConfig`.
 *
 * @throws InvalidArgumentError for a network that predicts the mean of x_(t-1), which schedulers
 * have no name for.
 */
export function schedulerConfigJson(
  config: WrittenScheduler,
): Readonly<Record<string, string | number | boolean>> {
  const { steps, schedule, meanType, varianceType, clipDenoised } = config;
  return {
    num_train_timesteps: steps,
    beta_schedule: schedule,
    ...(meanType !== undefined && {
      prediction_type: nameOf("meanType", meanType, predictionTypes),
    }),
    ...(varianceType !== undefined && {
      variance_type: nameOf("varianceType", varianceType, varianceTypes),
    }),
    ...(clipDenoised !== undefined && { clip_sample: clipDenoised }),
  };
}

/**
 * Reads `FOLDER/scheduler_config.json`.
 *
 * @throws ModelFormatError, InvalidArgumentError or UnknownNameError if a value is out of range or
 * unknown.
 */
export async function readScheduler(
  files: ModelFiles,
  folder: string,
): Promise<SchedulerDescription> {
  const { steps, schedule, ...predicted } = parseSchedulerConfig(
    await readObject(files, modelPaths.scheduler(folder)),
  );
  return { process: gaussianDiffusion(betaSchedule(schedule, steps)), ...predicted };
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

function nameOf(argument: string, value: string, names: Readonly<Record<string, string>>): string {
  const found = Object.entries(names).find(([, own]) => own === value);
  if (found) return found[0];
  throw new InvalidArgumentError({
    argument,
    received: value,
    expected: Object.values(names).join(", "),
  });
}
