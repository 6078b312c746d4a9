import { join } from "node:path";
import { InvalidArgumentError, UnknownNameError, WeightsError } from "@glissade/core";
import { modelCacheFolder } from "@glissade/core/files";
import type { WeightType } from "@glissade/core/weights";
import type { Arguments, OptionTable } from "../arguments.ts";
import { type Command, type Context, command } from "../command.ts";
import { convertWithProgress } from "../convert-checkpoints.ts";
import { CheckpointError, UsageError } from "../errors.ts";
import { assertReplaceable } from "../model-folder.ts";
import { describeMegabytes, progressBar } from "../progress-bar.ts";
import { acceptTerms } from "../pull/accept-terms.ts";
import { type FilesOrigin, type ModelFile, modelFiles } from "../pull/model-files.ts";
import type { PublishedFile, PublishedModel } from "../pull/published-models.ts";
import { jsonText } from "../report.ts";

const weightTypes = ["float16", "float32"] as const satisfies readonly WeightType[];

const options = {
  out: { short: "o", value: "DIR", about: "The folder to make. Default: the model's name, here." },
  only: {
    value: "PART,...",
    about: "Some of the model's networks alone; the list below names them.",
  },
  dtype: {
    value: "TYPE",
    about: `How weights are stored: ${weightTypes.join(" or ")}. Default: float16, which halves the folder.`,
  },
  "accept-licence": {
    about:
      "Accept the licence and the intended use, which are shown; without it, they are asked for at a terminal.",
  },
  from: {
    value: "DIR",
    about: "Take the files from a folder that has them, in place of fetching them.",
  },
  mirror: { value: "URL", about: "Fetch them from another address that they lie under." },
  cache: {
    value: "DIR",
    about:
      "Where fetched files are kept. Default: GLISSADE_CACHE, else the system's own place, such as ~/.cache/glissade.",
  },
  force: { about: "Replace a model that lies there." },
  json: { about: "Print one JSON document instead of the folder's path." },
  quiet: { short: "q", about: "No progress." },
} as const satisfies OptionTable;

type PullArguments = Arguments<keyof typeof options>;

/** The command for a list of models. */
export function pullCommand(models: readonly PublishedModel[]): Command {
  return command({
    name: "pull",
    about: "Fetches a published model and makes a model folder of it.",
    usage: "<name>",
    least: 1,
    most: 1,
    hint: `Give one of ${models.map(({ name }) => name).join(", ")}.`,
    options,
    notes: [
      ...models.map(
        ({ name, about, files }) => `${name}: ${about} Parts: ${partsOf(files).join(", ")}.`,
      ),
      "The files stay in the cache, with their size and SHA-256 beside them, and are checked when they are used again. Where the connection breaks, or after Ctrl-C, the same command goes on.",
    ],
    examples: [
      "glissade pull glide",
      "glissade pull glide --only base,upsampler --out glide-small --accept-licence",
      "glissade pull adm-64 --dtype float32",
      "glissade pull adm-256 --from downloads/",
    ],
    run: (args, context) => pull(models, args, context),
  });
}

async function pull(
  models: readonly PublishedModel[],
  args: PullArguments,
  context: Context,
): Promise<void> {
  const model = modelNamed(models, args.positionals[0] ?? "");
  const files = chosenFiles(model, args);
  const dtype = args.choice("dtype", "weight type", weightTypes) ?? "float16";
  const origin = originOf(model, args);
  const out = args.nonEmpty("out") ?? model.name;
  await assertReplaceable(out, args.has("force"));
  const quiet = args.has("quiet");
  await acceptTerms(model.terms, { accepted: args.has("accept-licence"), quiet }, context);

  const found = await bringHere(files, origin, quiet, context);
  const conversion = {
    checkpoints: found.map(({ checkpoint }) => checkpoint),
    out,
    dtype,
    tokenizer: "gpt2",
    generation: model.generation ?? {},
  };
  const describe = (done: number, total: number) => `converted ${describeMegabytes(done, total)}`;
  const report = await convertWithProgress(conversion, { quiet, describe }, context).catch(
    (error: unknown) => {
      throw "address" in origin ? withWayOut(error, origin.folder) : error;
    },
  );
  const listed = found.map(({ checkpoint: _, ...file }) => file);
  context.stdout.write(
    args.has("json")
      ? jsonText({ pulled: model.name, ...report, files: listed, licence: model.terms.licence })
      : `${out}\n`,
  );
}

function modelNamed(models: readonly PublishedModel[], asked: string): PublishedModel {
  const found = models.find(({ name }) => name === asked);
  if (found) return found;
  throw new UnknownNameError({
    kind: "model to pull",
    asked,
    known: models.map(({ name }) => name),
  });
}

/** Those of `--only`, or all. Something among them has to make images. */
function chosenFiles(
  { name, files }: PublishedModel,
  args: PullArguments,
): readonly PublishedFile[] {
  const parts = args.choices("only", `part of ${name}`, partsOf(files));
  if (!parts) return files;
  const chosen = files.filter(({ part }) => parts.includes(part));
  if (chosen.some(({ network: { kind } }) => kind === "glide" || kind === "adm")) return chosen;
  throw new InvalidArgumentError({
    argument: "--only",
    received: parts.join(","),
    expected: "a network among them that makes images, such as base or unet",
  });
}

function partsOf(files: readonly PublishedFile[]): readonly string[] {
  return [...new Set(files.map(({ part }) => part))];
}

function originOf({ release }: PublishedModel, args: PullArguments): FilesOrigin {
  const [from, mirror, cache] = [
    args.nonEmpty("from"),
    args.nonEmpty("mirror"),
    args.nonEmpty("cache"),
  ];
  if (from !== undefined && (mirror !== undefined || cache !== undefined))
    throw new UsageError(
      "--from takes files that are here, and --mirror and --cache are about fetching them: leave one of them out.",
    );
  if (from !== undefined) return { folder: from };
  return {
    address: mirror === undefined ? new URL(release.address) : mirrorAddress(mirror),
    folder: join(modelCacheFolder(cache), release.name),
  };
}

function mirrorAddress(mirror: string): URL {
  const folder = mirror.endsWith("/") ? mirror : `${mirror}/`;
  if (URL.canParse(folder) && /^https?:/i.test(folder)) return new URL(folder);
  throw new InvalidArgumentError({
    argument: "--mirror",
    received: mirror,
    expected: "an address that begins with https:// or http://",
  });
}

async function bringHere(
  files: readonly PublishedFile[],
  origin: FilesOrigin,
  quiet: boolean,
  { stderr, signal }: Context,
): Promise<readonly ModelFile[]> {
  const bar = progressBar(stderr, { quiet, describe: describeMegabytes });
  const tell = (message: string) => void (quiet || stderr.write(`${message}\n`));
  try {
    return await modelFiles(files, origin, { bar, tell, signal });
  } catch (error) {
    if (signal.aborted && "address" in origin)
      bar.note(`What has arrived stays in ${origin.folder}: the same command goes on from there.`);
    throw error;
  } finally {
    bar.end();
  }
}

/** A file in the cache that turns out to be damaged would be found again and again. */
function withWayOut(error: unknown, folder: string): unknown {
  if (!WeightsError.isInstance(error) && !CheckpointError.isInstance(error)) return error;
  return new CheckpointError(
    `${error.message} To fetch a file again, delete it and its .json from ${folder}.`,
    { cause: error },
  );
}
