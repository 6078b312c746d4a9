import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { openImageTextData } from "./image-text-data.ts";
import type { TrainingData } from "./training-data.ts";
import { TrainingDataError } from "./training-data-error.ts";

/** The argument of a module's `DataModule`. */
export interface DataModuleOptions {
  /** Side of the square images in pixels. */
  readonly side: number;
  readonly seed: number;
  /** The part after the `?` of its path: `?scenes=0.15` is `{ scenes: "0.15" }`. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * What a module of training data exports: as its default, or under the name behind the `#` of its
 * path.
 */
export type DataModule = (options: DataModuleOptions) => Promise<TrainingData>;

export interface OpenTrainingDataOptions {
  readonly side: number;
  readonly seed: number;
  /** Flips images from files left to right at random. Default false. */
  readonly mirror?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Training data by its name on a command line: a folder, a `.jsonl` manifest or `.tar` shards as
 * `openImageTextData` takes them, or `module:PATH[?name=value&...][#export]`, a module that exports
 * a `DataModule`.
 *
 * @throws TrainingDataError if there is nothing to train on, or the module cannot be loaded or
 * exports no function. @throws what the module throws.
 * @example `await openTrainingData("module:data/emoji/src/train-data.ts?scenes=0.15", { side: 64,
 * seed: 1 })`
 */
export async function openTrainingData(
  source: string,
  options: OpenTrainingDataOptions,
): Promise<TrainingData> {
  if (!source.startsWith("module:")) return openImageTextData(source, options);
  const { side, seed, signal } = options;
  const [, path = "", query = "", name = "default"] =
    /^module:([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(source) ?? [];
  const open = await exportOf(source, resolve(path), name);
  const data = await open({
    side,
    seed,
    parameters: Object.fromEntries(new URLSearchParams(query)),
    ...(signal && { signal }),
  });
  if (isTrainingData(data)) return data;
  throw new TrainingDataError({
    source,
    found: "its function gave something else than training data",
    advice: "See TrainingData of @glissade/train.",
  });
}

async function exportOf(source: string, path: string, name: string): Promise<DataModule> {
  if (!(await stat(path).catch(() => undefined))?.isFile())
    throw new TrainingDataError({
      source,
      found: "there is no such module",
      advice: "Check the path: it is taken from the folder that you are in.",
    });
  const loaded = await import(pathToFileURL(path).href).catch((cause: unknown) => {
    const found = `its module cannot be loaded (${cause instanceof Error ? cause.message : cause})`;
    throw new TrainingDataError({
      source,
      found,
      advice: "It has to be JavaScript that this Node runs.",
      cause,
    });
  });
  const exported: unknown = loaded[name];
  if (typeof exported === "function") return exported as DataModule; // what it gives is checked
  throw new TrainingDataError({
    source,
    found: `the module exports no function ${JSON.stringify(name)}, only ${Object.keys(loaded).join(", ") || "nothing"}`,
    advice: "Name one behind a #.",
  });
}

function isTrainingData(value: unknown): value is TrainingData {
  return (
    typeof value === "object" &&
    value !== null &&
    "batch" in value &&
    typeof value.batch === "function" &&
    "size" in value &&
    "side" in value
  );
}
