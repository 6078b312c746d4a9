import { readFile, stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { InvalidArgumentError } from "@glissade/core";
import {
  type AssembledRun,
  assembleRun,
  assertSameConfig,
  changeRecipe,
  listCheckpoints,
  openTrainedNetwork,
  openTrainingData,
  partSizeFor,
  type Recipe,
  type RunDescription,
  readRunDescription,
  readRunTokenizer,
  recipeFor,
  stageByName,
  type TrainedNetwork,
  type TrainingData,
} from "@glissade/train";
import { given } from "../arguments.ts";
import { UsageError } from "../errors.ts";
import { modelSource } from "../model-source.ts";
import { readJsonFile } from "../read-json-file.ts";
import { chooseTokenizer } from "./choose-tokenizer.ts";
import { assertFreeForRun } from "./run-folder.ts";
import { readPreset, readRecipeChanges, type TrainArguments } from "./train-options.ts";

/** Everything about a run that is settled before anything is computed or written. */
export interface RunPlan {
  readonly run: AssembledRun;
  readonly data: TrainingData;
  readonly folder: string | undefined;
  /** What `run.json` will say, the recipe apart. */
  readonly description: Omit<RunDescription, "recipe">;
  readonly seed: number;
  readonly workers: number;
  readonly threads: number;
  /** Undefined where --steps or the recipe says how long the run is. */
  readonly minutes: number | undefined;
  readonly isResumed: boolean;
}

/**
 * Reads the command line, the recipe, the start and the data. @throws for whatever is wrong with
 * them.
 */
export async function planRun(
  stage: string,
  args: TrainArguments,
  signal: AbortSignal,
): Promise<RunPlan> {
  const folder = args.nonEmpty("out");
  if (folder === undefined && !args.has("dry-run"))
    throw new UsageError("Say where the run goes: --out DIR.");
  // the names are checked before any file is read
  const preset = recipeFor(stage, readPreset(args));
  const minutes = args.integer("minutes", 1, 1_000_000);
  if (minutes !== undefined && args.has("steps"))
    throw new UsageError("--steps and --minutes both say how long the run is: give one.");
  const before =
    folder !== undefined && args.has("resume") ? await readRunDescription(folder) : undefined;
  if (before && before.recipe.stage !== stage)
    throw new UsageError(`${folder} is a run of the stage ${before.recipe.stage}, not ${stage}.`);
  if (before && minutes !== undefined)
    throw new UsageError(
      "A run that is resumed has its length already: change it with --steps, or leave --minutes out.",
    );
  if (folder !== undefined && !before && !args.has("dry-run")) await assertFreeForRun(folder);

  const workers = args.integer("workers", 1, 1024) ?? before?.workers ?? availableParallelism();
  const threads = args.integer("threads", 1, 1024) ?? before?.threads ?? 1;
  const recipe = await readRecipe(args, before?.recipe ?? preset, {
    isResumed: before !== undefined,
    workers,
  });
  if (before) assertSameConfig(before.recipe, recipe, { path: folder ?? "", mayDiffer: ["steps"] });
  const source = args.nonEmpty("data") ?? before?.data;
  if (source === undefined) throw new UsageError("Say what to train on: --data PATH.");
  const seed = args.integer("seed", 0, Number.MAX_SAFE_INTEGER) ?? before?.seed ?? 1;
  const from = args.nonEmpty("from") ?? before?.from;
  const average = args.decimal("average", 0) ?? before?.average;
  // then its weights are there, wherever it began
  const hasCheckpoint = before !== undefined && (await listCheckpoints(folder ?? "")).length > 0;
  const start = hasCheckpoint ? undefined : await openStart(recipe, { from, average, signal });
  const tokenizer = before
    ? await readRunTokenizer(folder ?? "")
    : await readTokenizer(args, recipe, start);
  const classes = args.has("classes")
    ? await readClasses(args.nonEmpty("classes") ?? "")
    : before?.classes && new Map(Object.entries(before.classes));

  const mirror = before ? before.mirror === true : args.has("mirror");
  const data = await openTrainingData(source, {
    side: sideOf(recipe, start),
    seed,
    mirror,
    signal,
  });
  try {
    const run = assembleRun(recipe, {
      seed,
      ...(tokenizer !== undefined && { tokenizer }),
      ...(classes && { classes }),
      ...(start && { start }),
    });
    const sideBySide = Math.min(workers, run.recipe.batchSize / run.recipe.partSize);
    const samples = given({
      prompts: (await readPrompts(args)) ?? before?.prompts,
      sampleEvery: args.integer("sample-every", 0, Number.MAX_SAFE_INTEGER) ?? before?.sampleEvery,
      guidance: args.decimal("guidance", 0) ?? before?.guidance,
    });
    return {
      run,
      data,
      folder,
      seed,
      workers: sideBySide,
      threads,
      minutes,
      isResumed: before !== undefined,
      description: {
        seed,
        data: source,
        examples: data.size,
        workers: sideBySide,
        threads,
        ...(mirror && { mirror }),
        ...samples,
        ...(from !== undefined && { from }),
        ...(average !== undefined && { average }),
        ...(classes && { classes: Object.fromEntries(classes) }),
      },
    };
  } catch (error) {
    await data.dispose();
    throw error;
  }
}

/**
 * The recipe with the changes of --recipe, --network and the single options, in this order, and
 * with parts for the workers that there are.
 */
async function readRecipe(
  args: TrainArguments,
  recipe: Recipe,
  { isResumed, workers }: { isResumed: boolean; workers: number },
): Promise<Recipe> {
  const recipeFile = args.nonEmpty("recipe");
  const networkFile = args.nonEmpty("network");
  const fromFile = recipeFile === undefined ? {} : await readJsonFile(recipeFile);
  const changed = changeRecipe(recipe, fromFile);
  const network =
    networkFile === undefined ? changed.network : withoutClass(await readJsonFile(networkFile));
  const chosen = changeRecipe({ ...changed, network }, readRecipeChanges(args));
  if (isResumed || args.has("part") || "partSize" in fromFile) return chosen;
  return {
    ...chosen,
    partSize: partSizeFor({ batchSize: chosen.batchSize, workers, most: chosen.partSize }),
  };
}

interface StartOptions {
  readonly from: string | undefined;
  readonly average: number | undefined;
  readonly signal: AbortSignal;
}

async function openStart(
  { stage }: Recipe,
  { from, average, signal }: StartOptions,
): Promise<TrainedNetwork | undefined> {
  const { startsFrom } = stageByName(stage);
  if (from === undefined) {
    if (!startsFrom?.isRequired) return undefined;
    throw new UsageError(
      `${stage} continues a ${startsFrom.component} network: give --from with a run's folder or a model.`,
    );
  }
  if (!startsFrom) throw new UsageError(`${stage} starts with new weights: leave --from out.`);
  const { component } = startsFrom;
  const start = await openTrainedNetwork(modelSource(from), {
    component,
    ...(average !== undefined && { average }),
    signal,
  });
  if (start.component === component) return start;
  throw new InvalidArgumentError({
    argument: "--from",
    received: `${from}, a run of the network ${start.component}`,
    expected: `one of the network ${component}`,
  });
}

async function readTokenizer(
  args: TrainArguments,
  recipe: Recipe,
  start: TrainedNetwork | undefined,
): Promise<unknown> {
  const asked = args.nonEmpty("tokenizer");
  if (asked === undefined && start) return start.tokenizer;
  return chooseTokenizer(asked, recipe, readPreset(args) ?? "emoji");
}

function sideOf(recipe: Recipe, start: TrainedNetwork | undefined): number {
  const side = (start?.network ?? recipe.network).image_size;
  if (typeof side === "number" && Number.isInteger(side) && side >= 1) return side;
  throw new InvalidArgumentError({
    argument: "recipe.network.image_size",
    received: side,
    expected: "the side of the pictures in pixels",
  });
}

/** A model's `config.json` names its class, which is no argument. */
function withoutClass({
  _class_name: _,
  ...network
}: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return network;
}

/** A list of captions in the order of their classes, or an object from caption to class. */
async function readClasses(path: string): Promise<ReadonlyMap<string, number>> {
  const json: unknown = await readFile(path, "utf8").then(JSON.parse, (cause: unknown) => {
    throw new UsageError(
      `${path} cannot be read (${cause instanceof Error ? cause.message : cause}). Give a file with --classes.`,
      { cause },
    );
  });
  const entries = Array.isArray(json)
    ? json.map((caption, index) => [caption, index] as const)
    : Object.entries(json ?? {});
  const classes = new Map<string, number>();
  for (const [caption, label] of entries)
    if (typeof caption === "string" && typeof label === "number") classes.set(caption, label);
  if (classes.size > 0 && classes.size === entries.length) return classes;
  throw new InvalidArgumentError({
    argument: "--classes",
    received: path,
    expected: "a JSON file with a list of captions, each once, or an object from caption to class",
  });
}

/** A text file with one prompt a line, or a list with semicolons. */
async function readPrompts(args: TrainArguments): Promise<readonly string[] | undefined> {
  const asked = args.nonEmpty("prompts");
  if (asked === undefined) return undefined;
  const isFile = (await stat(asked).catch(() => undefined))?.isFile() ?? false;
  const lines = isFile ? (await readFile(asked, "utf8")).split("\n") : asked.split(";");
  const prompts = lines.map((line) => line.trim()).filter((line) => line !== "");
  if (prompts.length >= 1 && prompts.length <= 256) return prompts;
  throw new InvalidArgumentError({
    argument: "--prompts",
    received: asked,
    expected: 'a text file with 1 to 256 lines, or a list such as "a red apple; a dog"',
  });
}
