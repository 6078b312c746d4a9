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
  /** What `run.json` will hold besides the recipe. */
  readonly description: Omit<RunDescription, "recipe">;
  readonly seed: number;
  readonly workers: number;
  readonly threads: number;
  /** Undefined if --steps or the recipe sets the length of the run. */
  readonly minutes: number | undefined;
  readonly isResumed: boolean;
}

/**
 * Reads the command line, the recipe, the start and the data.
 *
 * @throws whatever is wrong with them.
 */
export async function planRun(
  stage: string,
  args: TrainArguments,
  signal: AbortSignal,
): Promise<RunPlan> {
  const folder = args.nonEmpty("out");
  if (folder === undefined && !args.has("dry-run")) throw new UsageError("Missing --out DIR.");
  // the names are checked before any file is read
  const preset = recipeFor(stage, readPreset(args));
  const minutes = args.integer("minutes", 1, 1_000_000);
  if (minutes !== undefined && args.has("steps"))
    throw new UsageError("--steps and --minutes both set the length of the run: give one.");
  const before =
    folder !== undefined && args.has("resume") ? await readRunDescription(folder) : undefined;
  const settled =
    folder !== undefined && before
      ? await planResumed({ stage, folder, before }, args, signal)
      : await planNew({ folder, preset }, args, signal);
  return openPlan({ ...settled, folder, minutes, isResumed: before !== undefined }, signal);
}

/** The options that `run.json` keeps under their own names. */
type RunOptions = Pick<
  RunDescription,
  "seed" | "from" | "average" | "prompts" | "sampleEvery" | "guidance"
>;

/** A run whose options are settled, but whose data are not yet open. */
interface SettledRun {
  readonly recipe: Recipe;
  readonly source: string;
  readonly mirror: boolean;
  readonly workers: number;
  readonly threads: number;
  readonly options: RunOptions;
  readonly start: TrainedNetwork | undefined;
  readonly tokenizer: unknown;
  readonly classes: ReadonlyMap<string, number> | undefined;
}

interface NewRun {
  readonly folder: string | undefined;
  readonly preset: Recipe;
}

async function planNew(
  { folder, preset }: NewRun,
  args: TrainArguments,
  signal: AbortSignal,
): Promise<SettledRun> {
  if (folder !== undefined && !args.has("dry-run")) await assertFreeForRun(folder);
  const { workers = availableParallelism(), threads = 1 } = readWorkers(args);
  const { recipe, hasPartSize } = await readRecipe(args, preset);
  const partSize = hasPartSize
    ? recipe.partSize
    : partSizeFor({ batchSize: recipe.batchSize, workers, most: recipe.partSize });
  const fitting = { ...recipe, partSize };
  const source = args.nonEmpty("data");
  if (source === undefined) throw new UsageError("Missing --data PATH, the images to train on.");
  const options = { seed: 1, ...(await readRunOptions(args)) };
  const start = await openStart(recipe.stage, options, signal);
  return {
    recipe: fitting,
    source,
    mirror: args.has("mirror"),
    workers,
    threads,
    options,
    start,
    tokenizer: await readTokenizer(args, fitting, start),
    classes: await readClasses(args),
  };
}

interface ResumedRun {
  readonly stage: string;
  readonly folder: string;
  readonly before: RunDescription;
}

async function planResumed(
  { stage, folder, before }: ResumedRun,
  args: TrainArguments,
  signal: AbortSignal,
): Promise<SettledRun> {
  if (before.recipe.stage !== stage)
    throw new UsageError(`${folder} is a run of the stage ${before.recipe.stage}, not ${stage}.`);
  if (args.has("minutes"))
    throw new UsageError(
      "A resumed run has its length already: change it with --steps, or leave --minutes out.",
    );
  const asked = readWorkers(args);
  const { recipe } = await readRecipe(args, before.recipe);
  assertSameConfig(before.recipe, recipe, { path: folder, mayDiffer: ["steps"] });
  const options = { ...runOptionsOf(before), ...(await readRunOptions(args)) };
  // A checkpoint holds the weights, whatever the run started from.
  const hasCheckpoint = (await listCheckpoints(folder)).length > 0;
  return {
    recipe,
    source: args.nonEmpty("data") ?? before.data,
    mirror: before.mirror === true,
    workers: asked.workers ?? before.workers ?? availableParallelism(),
    threads: asked.threads ?? before.threads ?? 1,
    options,
    start: hasCheckpoint ? undefined : await openStart(stage, options, signal),
    tokenizer: await readRunTokenizer(folder),
    classes:
      (await readClasses(args)) ?? (before.classes && new Map(Object.entries(before.classes))),
  };
}

/** Opens the data and assembles the run. */
async function openPlan(
  plan: SettledRun & Pick<RunPlan, "folder" | "minutes" | "isResumed">,
  signal: AbortSignal,
): Promise<RunPlan> {
  const { recipe, source, mirror, threads, options, start, tokenizer, classes } = plan;
  const { folder, minutes, isResumed } = plan;
  const { seed, ...others } = options;
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
    const workers = Math.min(plan.workers, run.recipe.batchSize / run.recipe.partSize);
    return {
      run,
      data,
      folder,
      seed,
      workers,
      threads,
      minutes,
      isResumed,
      description: {
        seed,
        data: source,
        examples: data.size,
        workers,
        threads,
        ...(mirror && { mirror }),
        ...others,
        ...(classes && { classes: Object.fromEntries(classes) }),
      },
    };
  } catch (error) {
    await data.dispose();
    throw error;
  }
}

function readWorkers(args: TrainArguments) {
  return {
    workers: args.integer("workers", 1, 1024),
    threads: args.integer("threads", 1, 1024),
  };
}

async function readRunOptions(args: TrainArguments): Promise<Partial<RunOptions>> {
  return given({
    seed: args.integer("seed", 0, Number.MAX_SAFE_INTEGER),
    prompts: await readPrompts(args),
    sampleEvery: args.integer("sample-every", 0, Number.MAX_SAFE_INTEGER),
    guidance: args.decimal("guidance", 0),
    from: args.nonEmpty("from"),
    average: args.decimal("average", 0),
  });
}

function runOptionsOf(run: RunDescription): RunOptions {
  const { seed, prompts, sampleEvery, guidance, from, average } = run;
  return { seed, ...given({ prompts, sampleEvery, guidance, from, average }) };
}

interface ReadRecipe {
  readonly recipe: Recipe;
  /** Whether the size of a part was asked for. */
  readonly hasPartSize: boolean;
}

/** The recipe with the changes of --recipe, --network and the single options, in this order. */
async function readRecipe(args: TrainArguments, recipe: Recipe): Promise<ReadRecipe> {
  const recipeFile = args.nonEmpty("recipe");
  const networkFile = args.nonEmpty("network");
  const fromFile = recipeFile === undefined ? {} : await readJsonFile(recipeFile);
  const changed = changeRecipe(recipe, fromFile);
  const network =
    networkFile === undefined ? changed.network : withoutClass(await readJsonFile(networkFile));
  return {
    recipe: changeRecipe({ ...changed, network }, readRecipeChanges(args)),
    hasPartSize: args.has("part") || "partSize" in fromFile,
  };
}

/** The trained network that a run starts from; undefined if it starts with new weights. */
async function openStart(
  stage: string,
  { from, average }: RunOptions,
  signal: AbortSignal,
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
    expected: "the side of the images in pixels",
  });
}

/** A model's `config.json` names its class, which is not an argument of the network. */
function withoutClass({
  _class_name: _,
  ...network
}: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return network;
}

/** A list of captions in the order of their classes, or an object from caption to class. */
async function readClasses(args: TrainArguments): Promise<ReadonlyMap<string, number> | undefined> {
  const path = args.nonEmpty("classes");
  if (path === undefined) return undefined;
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

/** A text file with one prompt per line, or a list with semicolons. */
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
