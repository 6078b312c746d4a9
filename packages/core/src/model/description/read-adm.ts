import { display } from "@glissade/graph";
import {
  type AdmClassifierConfig,
  type AdmConfig,
  parseAdmClassifierConfig,
  parseAdmConfig,
} from "../../networks/adm/config.ts";
import type { ModelFiles } from "../model-files.ts";
import { modelPaths } from "./components.ts";
import { type GenerationDefaults, readDefaults } from "./read.ts";
import {
  ModelFormatError,
  readObject,
  readScheduler,
  type SchedulerDescription,
} from "./scheduler.ts";

/** A model of guided-diffusion: everything but its weights. */
export interface AdmDescription extends SchedulerDescription {
  readonly label: string;
  readonly config: AdmConfig;
  readonly imageSize: number;
  /** The noised classifier that guides it, where the model has one. */
  readonly classifier: AdmClassifierConfig | undefined;
  readonly defaults: Pick<GenerationDefaults, "sampler" | "steps"> & {
    readonly classifierScale: number;
  };
}

/**
 * Reads a model folder with `_class_name` "AdmPipeline": `unet/config.json`,
 * `scheduler/scheduler_config.json`, and `classifier/config.json` where the index names it.
 *
 * @throws ModelFormatError where a file is missing a field, or the parts do not fit each other
 */
export async function readAdmDescription(files: ModelFiles): Promise<AdmDescription> {
  const index = await readObject(files, modelPaths.index);
  if (index._class_name !== "AdmPipeline")
    throw new ModelFormatError({
      model: files.label,
      problem: `is a ${display(index._class_name)}, and this pipeline runs "AdmPipeline".`,
    });
  const config = parseAdmConfig(await readObject(files, modelPaths.config("unet")));
  if (config.imageSize === undefined)
    throw new ModelFormatError({
      model: files.label,
      problem: "does not say its image_size in unet/config.json.",
    });
  const classifier =
    "classifier" in index
      ? parseAdmClassifierConfig(await readObject(files, modelPaths.config("classifier")))
      : undefined;
  if (classifier && (classifier.imageSize ?? config.imageSize) !== config.imageSize) {
    throw new ModelFormatError({
      model: files.label,
      problem: `has a network of ${config.imageSize} pixels and a classifier of ${classifier.imageSize}.`,
    });
  }
  const generation = "generation" in index ? readGeneration(files, index.generation) : {};
  const { sampler, steps } = readDefaults(generation, {
    sampler: "ddpm",
    steps: 250,
    guidanceScale: 1,
  });
  const { classifier_scale: scale } = generation;
  return {
    label: files.label,
    config,
    imageSize: config.imageSize,
    classifier,
    ...(await readScheduler(files, "scheduler")),
    defaults: { sampler, steps, classifierScale: typeof scale === "number" ? scale : 1 },
  };
}

function readGeneration(files: ModelFiles, json: unknown): Readonly<Record<string, unknown>> {
  if (typeof json === "object" && json !== null) return json as Readonly<Record<string, unknown>>;
  throw new ModelFormatError({
    model: files.label,
    problem: `has ${display(json)} as its generation, where an object belongs.`,
  });
}
