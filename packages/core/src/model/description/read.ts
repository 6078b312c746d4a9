import { display, GlissadeError } from "@glissade/graph";
// not from the index, here and in `run/`: a page gets the networks that it uses
import { type ClipConfig, parseClipConfig } from "../../networks/clip/config.ts";
import {
  parseTextToImageConfig,
  type TextToImageConfig,
} from "../../networks/text-to-image/config.ts";
import type { ClipTokenizer, GlideTokenizer } from "../../text/index.ts";
import type { ModelFiles } from "../model-files.ts";
import { modelComponents, modelPaths, type StageName, stageNames } from "./components.ts";
import {
  ModelFormatError,
  readObject,
  readScheduler,
  type SchedulerDescription,
} from "./scheduler.ts";

/** What a model's author found to work best, used where a caller does not say. */
export interface GenerationDefaults {
  readonly sampler: string;
  readonly steps: number | string;
  readonly guidanceScale: number;
}

/** The same for the upsampler, whose steps cost more and decide less. */
export interface UpscalingDefaults extends GenerationDefaults {
  /** By what the first noise is multiplied: a little less than 1 makes smoother images. */
  readonly temperature: number;
}

/** A network that denoises, and the process that it was trained for. */
export interface StageDescription extends SchedulerDescription {
  readonly name: StageName;
  readonly config: TextToImageConfig;
  /** Side of its square images in pixels. */
  readonly imageSize: number;
}

export interface ClipDescription {
  readonly config: ClipConfig;
  readonly tokenizer: ClipTokenizer;
}

/** Everything of a model but its weights. */
export interface ModelDescription {
  /** Where it was read from, for messages. */
  readonly label: string;
  readonly tokenizer: GlideTokenizer;
  readonly stages: ReadonlyMap<StageName, StageDescription>;
  readonly clip: ClipDescription | undefined;
  readonly defaults: GenerationDefaults;
  readonly upscaling: UpscalingDefaults;
}

/** The model has no network for what was asked. */
export class MissingNetworkError extends GlissadeError {
  static override readonly code: string = "MissingNetworkError";

  readonly model: string;
  readonly network: string;

  constructor({ model, network }: { model: string; network: string }) {
    super(
      `The model ${model} has no ${network} network. Add one with "glissade convert FILE --out MODEL" or "glissade train export RUN --out MODEL", or load a model that has it.`,
    );
    this.model = model;
    this.network = network;
  }
}

/** @throws MissingNetworkError */
export function stageOf(
  { label, stages }: Pick<ModelDescription, "label" | "stages">,
  name: StageName,
): StageDescription {
  const found = stages.get(name);
  if (found) return found;
  throw new MissingNetworkError({ model: label, network: name });
}

/** @throws MissingNetworkError */
export function clipOf({ label, clip }: Pick<ModelDescription, "label" | "clip">): ClipDescription {
  if (clip) return clip;
  throw new MissingNetworkError({ model: label, network: "clip" });
}

/** Side of the base networks' images; undefined for an upsampler alone. */
export function baseSizeOf({ stages }: Pick<ModelDescription, "stages">): number | undefined {
  return (stages.get("base") ?? stages.get("base_inpaint"))?.imageSize;
}

const fallbackDefaults: GenerationDefaults = { sampler: "ddim", steps: 50, guidanceScale: 3 };
/** GLIDE's text-to-image notebook. */
const fallbackUpscaling: UpscalingDefaults = {
  sampler: "ddim",
  steps: "fast27",
  guidanceScale: 1,
  temperature: 0.997,
};

/**
 * Reads a model folder, laid out as Hugging Face's diffusers does: `model_index.json`,
 * `tokenizer/tokenizer.json`, and for every network that the index names its folder's
 * `config.json`, with the reference's names, and its scheduler's `scheduler_config.json`, with
 * diffusers' names.
 *
 * @throws ModelFormatError where a file is missing a field, or the parts do not fit each other
 */
export async function readModelDescription(files: ModelFiles): Promise<ModelDescription> {
  const index = await readObject(files, modelPaths.index);
  if (index._class_name !== "GlidePipeline")
    throw new ModelFormatError({
      model: files.label,
      problem: `is a ${display(index._class_name)}, and this pipeline runs "GlidePipeline".`,
    });
  const present = stageNames.filter((name) => name in index);
  const stages = new Map<StageName, StageDescription>();
  for (const name of present.length > 0 ? present : (["base"] as const))
    stages.set(name, await readStage(files, name));
  // a third of the code that loading takes, while the files are fetched
  const { glideTokenizer } = await import("../../text/glide-tokenizer.ts");
  const tokenizer = glideTokenizer(await files.readJson(modelPaths.tokenizer("tokenizer")));
  for (const { name, config } of stages.values()) {
    if (config.text && config.text.vocabularySize !== tokenizer.vocabularySize) {
      throw new ModelFormatError({
        model: files.label,
        problem: `has a tokenizer of ${tokenizer.vocabularySize} tokens and a network (${name}) of ${config.text.vocabularySize}.`,
      });
    }
  }
  return {
    label: files.label,
    tokenizer,
    stages,
    clip: "clip" in index ? await readClip(files) : undefined,
    defaults: readDefaults(index.generation, fallbackDefaults),
    upscaling: readUpscaling(index.upscaling),
  };
}

async function readStage(files: ModelFiles, name: StageName): Promise<StageDescription> {
  const config = parseTextToImageConfig(await readObject(files, modelPaths.config(name)));
  const [superResolution, inpainting] = [name.startsWith("upsampler"), name.endsWith("_inpaint")];
  if (
    config.superResolution !== superResolution ||
    config.inpainting !== inpainting ||
    !(config.text || superResolution)
  ) {
    throw new ModelFormatError({
      model: files.label,
      problem: `has a network of another kind in ${name}/: super_res ${config.superResolution}, inpaint ${config.inpainting}, ${config.text ? "with" : "without"} a text.`,
    });
  }
  if (config.imageSize === undefined)
    throw new ModelFormatError({
      model: files.label,
      problem: `does not say its image_size in ${modelPaths.config(name)}.`,
    });
  return {
    name,
    config,
    imageSize: config.imageSize,
    ...(await readScheduler(files, modelComponents[name].scheduler)),
  };
}

async function readClip(files: ModelFiles): Promise<ClipDescription> {
  const config = parseClipConfig(await readObject(files, modelPaths.config("clip")));
  const { clipTokenizer } = await import("../../text/clip-tokenizer.ts");
  const tokenizer = clipTokenizer(await files.readJson(modelPaths.tokenizer("clip_tokenizer")), {
    contextLength: config.text.textContext,
  });
  if (tokenizer.vocabularySize === config.text.vocabularySize) return { config, tokenizer };
  throw new ModelFormatError({
    model: files.label,
    problem: `has a tokenizer of ${tokenizer.vocabularySize} tokens and a network (clip) of ${config.text.vocabularySize}.`,
  });
}

/** What an index says of a network's sampling, and the fallback for what it does not. */
export function readDefaults(json: unknown, fallback: GenerationDefaults): GenerationDefaults {
  if (typeof json !== "object" || json === null) return fallback;
  const {
    sampler,
    steps,
    guidance_scale: guidanceScale,
  } = json as Readonly<Record<string, unknown>>;
  return {
    sampler: typeof sampler === "string" ? sampler : fallback.sampler,
    steps: typeof steps === "number" || typeof steps === "string" ? steps : fallback.steps,
    guidanceScale: typeof guidanceScale === "number" ? guidanceScale : fallback.guidanceScale,
  };
}

function readUpscaling(json: unknown): UpscalingDefaults {
  const { temperature } =
    typeof json === "object" && json !== null ? (json as Readonly<Record<string, unknown>>) : {};
  return {
    ...readDefaults(json, fallbackUpscaling),
    temperature: typeof temperature === "number" ? temperature : fallbackUpscaling.temperature,
  };
}
