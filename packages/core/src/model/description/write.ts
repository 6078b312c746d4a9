import {
  type ModelComponentName,
  modelComponents,
  modelPaths,
  tokenizerClasses,
} from "./components.ts";
import { schedulerConfigJson, type WrittenScheduler } from "./scheduler.ts";

type Json = Readonly<Record<string, unknown>>;

/** A network of a model folder: everything but its weights. */
export interface WrittenComponent {
  readonly name: ModelComponentName;
  /** The network's arguments under the reference's names. */
  readonly config: Json;
  /** If it is not given, the network shares the scheduler of the one that it guides. */
  readonly scheduler?: WrittenScheduler | undefined;
  /** The contents of `tokenizer.json`, if the network reads texts. */
  readonly tokenizer?: unknown;
  /** Of a trained classifier: the class of every caption. */
  readonly classes?: ReadonlyMap<string, number> | undefined;
}

export interface WrittenDescription {
  readonly components: readonly WrittenComponent[];
  /** The `generation` and `upscaling` of a model that does not have its own. */
  readonly defaults: { readonly generation: Json; readonly upscaling?: Json | undefined };
  /**
   * The JSON files of a model that the networks are added to, by path: its index, and those of
   * `sharedFiles`. What the writer does not know in them is kept.
   */
  readonly there?: Json;
  /** The version of Glissade to name in the index. */
  readonly version?: string;
}

/**
 * The files of a model folder that describe networks, by path. The index is the last, so that a
 * folder whose writing was cut off is no model.
 *
 * @throws InvalidArgumentError if a scheduler has no name for what a network predicts.
 */
export function descriptionFiles({
  components,
  defaults,
  there = {},
  version,
}: WrittenDescription): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const { name, config, scheduler, tokenizer, classes } of components) {
    const folders = modelComponents[name];
    files.set(modelPaths.config(name), jsonText({ _class_name: folders.className, ...config }));
    if (classes) files.set(modelPaths.classes(name), jsonText(Object.fromEntries(classes)));
    if (scheduler) {
      const path = modelPaths.scheduler(folders.scheduler);
      files.set(path, jsonText({ ...asObject(there[path]), ...schedulerConfigJson(scheduler) }));
    }
    if (folders.tokenizer && tokenizer !== undefined)
      // Indented, it would have thousands of lines.
      files.set(modelPaths.tokenizer(folders.tokenizer), `${JSON.stringify(tokenizer)}\n`);
  }
  const index = indexOf(components, asObject(there[modelPaths.index]), defaults, version);
  files.set(modelPaths.index, jsonText(index));
  return files;
}

function indexOf(
  components: readonly WrittenComponent[],
  there: Json,
  { generation, upscaling }: WrittenDescription["defaults"],
  version: string | undefined,
): Json {
  const entries = components.flatMap(({ name, tokenizer }) => {
    const { className, scheduler, tokenizer: folder } = modelComponents[name];
    return [
      [name, ["glissade", className]] as const,
      [scheduler, ["glissade", "GaussianDiffusion"]] as const,
      ...(folder && tokenizer !== undefined
        ? [[folder, ["glissade", tokenizerClasses[folder]]] as const]
        : []),
    ];
  });
  const enlarges = components.some(
    ({ name }) => modelComponents[name].scheduler === "upsampler_scheduler",
  );
  return {
    _class_name: components.some(({ name }) => name === "unet") ? "AdmPipeline" : "GlidePipeline",
    ...(version !== undefined && { _glissade_version: version }),
    ...there,
    ...Object.fromEntries(entries),
    generation: there.generation ?? generation,
    ...(enlarges && upscaling && { upscaling: there.upscaling ?? upscaling }),
  };
}

/** The files that a network shares with other networks of a model's index, by their paths. */
export function sharedFiles(
  component: ModelComponentName,
  index: Json,
): { readonly scheduler?: string; readonly tokenizer?: string } {
  const { scheduler, tokenizer } = modelComponents[component];
  const others = Object.entries(modelComponents).flatMap(([name, other]) =>
    name !== component && name in index ? [other] : [],
  );
  return {
    ...(others.some((other) => other.scheduler === scheduler) && {
      scheduler: modelPaths.scheduler(scheduler),
    }),
    ...(tokenizer !== undefined &&
      others.some((other) => other.tokenizer === tokenizer) && {
        tokenizer: modelPaths.tokenizer(tokenizer),
      }),
  };
}

/**
 * Why a network does not belong with those of a model that it shares files with, in words; undefined
 * if it does.
 *
 * @param there the JSON of the files that are shared, by path
 */
export function conflictWith(there: Json, component: WrittenComponent): string | undefined {
  const folders = modelComponents[component.name];
  const scheduler = asObject(there[modelPaths.scheduler(folders.scheduler)]);
  const own: Json = component.scheduler ? schedulerConfigJson(component.scheduler) : {};
  const different = Object.keys(own).filter(
    (name) => name in scheduler && scheduler[name] !== own[name],
  );
  if (different.length > 0)
    return `its networks were trained with another ${different
      .map((name) => `${name} (${scheduler[name]}, not ${own[name]})`)
      .join(", ")}`;
  const tokenizer = folders.tokenizer && there[modelPaths.tokenizer(folders.tokenizer)];
  if (tokenizer !== undefined && !isSameJson(tokenizer, component.tokenizer))
    return "its networks were trained with another tokenizer";
  return undefined;
}

/** Whether a folder's entry may be a model's: anything else there belongs to someone. */
export function isModelEntry(name: string): boolean {
  return (
    name === modelPaths.index ||
    Object.entries(modelComponents).some(
      ([component, { scheduler, tokenizer }]) =>
        name === component || name === scheduler || name === tokenizer,
    )
  );
}

function isSameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function asObject(json: unknown): Json {
  return typeof json === "object" && json !== null && !Array.isArray(json) ? (json as Json) : {};
}

function jsonText(json: object): string {
  return `${JSON.stringify(json, null, 2)}\n`;
}
