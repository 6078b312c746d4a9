import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InvalidArgumentError } from "@glissade/core";
import { systemFault, writeFileAtomically } from "@glissade/core/files";
import type { Recipe } from "../recipes/recipe.ts";

/**
 * `run.json` of a run's folder: what the run is, so that it can be resumed and exported without
 * being told again.
 */
export interface RunDescription {
  readonly recipe: Recipe;
  readonly seed: number;
  /** Where the images come from, as it was typed. */
  readonly data: string;
  /** Examples that there were. */
  readonly examples: number;
  /** The model that the run began with, as it was typed. */
  readonly from?: string;
  /** Which of that run's averages it began with; the longest where it is not given. */
  readonly average?: number;
  /** Of a classifier: the class of every caption. */
  readonly classes?: Readonly<Record<string, number>>;
  /** The command that began it. */
  readonly command?: string;
  /** Whether images from files are flipped by chance. */
  readonly mirror?: boolean;
  /** Networks side by side, and threads of each: the same ones give the same losses bit for bit. */
  readonly workers?: number;
  readonly threads?: number;
  /** What sample images are asked for, how often, and with which guidance. */
  readonly prompts?: readonly string[];
  readonly sampleEvery?: number;
  readonly guidance?: number;
}

const runFile = "run.json";
const tokenizerFile = "tokenizer.json";

/**
 * Undefined where the folder is not that of a run. @throws InvalidArgumentError where its file is
 * damaged.
 */
export async function readRunDescription(folder: string): Promise<RunDescription | undefined> {
  const json = await readJsonIfThere(join(folder, runFile));
  if (json === undefined) return undefined;
  const isRun =
    typeof json === "object" &&
    json !== null &&
    "recipe" in json &&
    "seed" in json &&
    "data" in json;
  if (!isRun)
    throw new InvalidArgumentError({
      argument: join(folder, runFile),
      received: json,
      expected: "the description of a training run",
    });
  // written by writeRunDescription; a recipe is checked where it is used
  return json as RunDescription;
}

/** The tokenizer of a run; undefined where it has none. */
export function readRunTokenizer(folder: string): Promise<unknown> {
  return readJsonIfThere(join(folder, tokenizerFile));
}

/** @throws OutputFileError if it cannot be written. */
export async function writeRunDescription(
  folder: string,
  run: RunDescription,
  tokenizer: unknown,
): Promise<void> {
  if (tokenizer !== undefined)
    await writeFileAtomically(join(folder, tokenizerFile), `${JSON.stringify(tokenizer)}\n`);
  await writeFileAtomically(join(folder, runFile), `${JSON.stringify(run, null, 2)}\n`);
}

async function readJsonIfThere(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    if (systemFault(cause) === "ENOENT" || systemFault(cause) === "ENOTDIR") return undefined;
    throw new InvalidArgumentError({
      argument: path,
      received: cause instanceof Error ? cause.message : cause,
      expected: "a JSON file that can be read",
      cause,
    });
  }
}
