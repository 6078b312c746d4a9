import { type BetaScheduleName, betaSchedule, type GaussianDiffusion, gaussianDiffusion, type MeanType, type VarianceType } from "../diffusion/index.ts";
import { display, GlissadeError, InvalidArgumentError, UnknownNameError } from "../errors.ts";
import { parseTextToImageConfig, type TextToImageConfig } from "../networks/index.ts";
import { type GlideTokenizer, glideTokenizer } from "../text/index.ts";
import type { ModelFiles } from "../weights/index.ts";

/** What a model's author found to work best, used where a caller does not say. */
export interface GenerationDefaults {
  readonly sampler: string;
  readonly steps: number;
  readonly guidanceScale: number;
}

/** Everything of a model but its weights. */
export interface ModelDescription {
  /** Where it was read from, for messages. */
  readonly label: string;
  readonly config: TextToImageConfig;
  readonly imageSize: number;
  readonly tokenizer: GlideTokenizer;
  /** The full training process; generation respaces it. */
  readonly process: GaussianDiffusion;
  readonly meanType: MeanType;
  readonly varianceType: VarianceType;
  readonly clipDenoised: boolean;
  readonly defaults: GenerationDefaults;
}

/** The folder is a model, but not one that this pipeline can run; or its parts contradict each other. */
export class ModelFormatError extends GlissadeError {
  static override readonly code: string = "ModelFormatError";

  readonly model: string;

  constructor({ model, problem, cause }: { model: string; problem: string; cause?: unknown }) {
    super(`The model ${model} ${problem}`, { cause });
    this.model = model;
  }
}

const meanTypes: Readonly<Record<string, MeanType>> = { epsilon: "epsilon", sample: "start-x", v_prediction: "velocity" };
const varianceTypes: Readonly<Record<string, VarianceType>> = {
  fixed_small: "fixed-small",
  fixed_large: "fixed-large",
  learned: "learned",
  learned_range: "learned-range",
};
const fallbackDefaults: GenerationDefaults = { sampler: "ddim", steps: 50, guidanceScale: 3 };

/**
 * Reads a model folder: `model_index.json`, `base/config.json`, `scheduler/scheduler_config.json` and `tokenizer/tokenizer.json`, laid out as Hugging Face's
 * diffusers does, with the reference's names in the network's config and diffusers' names in the scheduler's.
 *
 * @throws ModelFormatError where a file is missing a field, or the parts do not fit each other
 */
export async function readModelDescription(files: ModelFiles): Promise<ModelDescription> {
  const index = await readObject(files, "model_index.json");
  if (index._class_name !== "GlidePipeline")
    throw new ModelFormatError({ model: files.label, problem: `is a ${display(index._class_name)}, and this pipeline runs "GlidePipeline".` });
  const config = parseTextToImageConfig(await readObject(files, "base/config.json"));
  if (!config.text || config.superResolution || config.inpainting)
    throw new ModelFormatError({
      model: files.label,
      problem: "has a base network that takes more, or less, than a text: it cannot make a picture from a prompt.",
    });
  if (config.imageSize === undefined) throw new ModelFormatError({ model: files.label, problem: "does not say its image_size in base/config.json." });

  const tokenizer = glideTokenizer(await files.readJson("tokenizer/tokenizer.json"), { contextLength: config.text.textContext });
  if (tokenizer.vocabularySize !== config.text.vocabularySize) {
    throw new ModelFormatError({
      model: files.label,
      problem: `has a tokenizer of ${tokenizer.vocabularySize} tokens and a network of ${config.text.vocabularySize}.`,
    });
  }
  const scheduler = await readObject(files, "scheduler/scheduler_config.json");
  return {
    label: files.label,
    config,
    imageSize: config.imageSize,
    tokenizer,
    // betaSchedule refuses names that it does not know, so the file's text may be passed as one.
    process: gaussianDiffusion(betaSchedule(String(scheduler.beta_schedule) as BetaScheduleName, stepCount(scheduler.num_train_timesteps))),
    meanType: named("prediction_type", scheduler.prediction_type ?? "epsilon", meanTypes),
    varianceType: named("variance_type", scheduler.variance_type ?? "learned_range", varianceTypes),
    clipDenoised: scheduler.clip_sample !== false,
    defaults: readDefaults(index.generation),
  };
}

async function readObject(files: ModelFiles, path: string): Promise<Readonly<Record<string, unknown>>> {
  const json = await files.readJson(path);
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return json as Readonly<Record<string, unknown>>;
  throw new ModelFormatError({ model: files.label, problem: `has ${display(json)} in ${path}, where an object belongs.` });
}

function stepCount(value: unknown): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 100_000) return value;
  throw new InvalidArgumentError({ argument: "scheduler_config.num_train_timesteps", received: value, expected: "an integer from 1 to 100000" });
}

function named<T>(kind: string, asked: unknown, known: Readonly<Record<string, T>>): T {
  const found = typeof asked === "string" && Object.hasOwn(known, asked) ? known[asked] : undefined;
  if (found === undefined) throw new UnknownNameError({ kind, asked, known: Object.keys(known) });
  return found;
}

function readDefaults(json: unknown): GenerationDefaults {
  if (typeof json !== "object" || json === null) return fallbackDefaults;
  const { sampler, steps, guidance_scale: guidanceScale } = json as Readonly<Record<string, unknown>>;
  return {
    sampler: typeof sampler === "string" ? sampler : fallbackDefaults.sampler,
    steps: typeof steps === "number" ? steps : fallbackDefaults.steps,
    guidanceScale: typeof guidanceScale === "number" ? guidanceScale : fallbackDefaults.guidanceScale,
  };
}
