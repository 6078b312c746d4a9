import { open, stat } from "node:fs/promises";
import { decodeImageRecord, samplers, spacings, stageNames } from "@glissade/core";
import { type ModelFiles, modelPaths, openModelFiles, weightFolders } from "@glissade/core/model";
import { openWeights } from "@glissade/core/weights";
import { backendNames, backendProviders } from "../backends.ts";
import { command } from "../command.ts";
import {
  describeNetwork,
  networkKind,
  summarize,
  type WeightsSummary,
} from "../describe-weights.ts";
import { readImageFile } from "../image-files.ts";
import { defaultModel, modelSource } from "../model-source.ts";
import { jsonText } from "../report.ts";
import { version } from "../version.ts";

export const info = command({
  name: "info",
  about: "Tells what a model, a checkpoint or an image is; without one, what this program has.",
  usage: "[model|checkpoint|image.png]",
  least: 0,
  most: 1,
  hint: "Give one.",
  options: { json: { about: "Print one JSON document instead of text." } },
  examples: [
    `glissade info ${defaultModel}`,
    "glissade info base.pt",
    "glissade info a-red-apple-7.png --json",
    "glissade info",
  ],
  async run(args, { stdout }) {
    const [source] = args.positionals;
    const facts = source === undefined ? programFacts() : await factsOf(source);
    stdout.write(args.has("json") ? jsonText(facts) : `${lines(facts).join("\n")}\n`);
  },
});

type Facts = Readonly<Record<string, unknown>>;

function programFacts(): Facts {
  return {
    kind: "program",
    glissade: version,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    defaultModel,
    backends: backendNames,
    providers: backendProviders,
    samplers: Object.fromEntries(
      Object.entries(samplers).map(([name, { spacing, evaluationsPerStep, deterministic }]) => [
        name,
        { spacing, evaluationsPerStep, deterministic },
      ]),
    ),
    spacings,
  };
}

/** The networks that are none of GLIDE's stages. */
const otherNetworks = ["clip", "unet", "classifier"] as const;

async function factsOf(source: string): Promise<Facts> {
  const isFile = (await stat(source).catch(() => undefined))?.isFile() ?? false;
  if (!isFile) return modelFacts(source, await openModelFiles(modelSource(source)));
  return (await startsAsPng(source)) ? imageFacts(source) : checkpointFacts(source);
}

async function modelFacts(model: string, files: ModelFiles): Promise<Facts> {
  const index = asObject(await files.readJson(modelPaths.index));
  const networks: Record<string, Facts> = {};
  for (const name of await foldersIn(files, stageNames)) {
    const config = asObject(await files.readJson(modelPaths.config(name)));
    networks[name] = { ...describeNetwork(config), ...(await weightsFacts(files, name)), config };
  }
  for (const name of await foldersIn(files, otherNetworks)) {
    const config = asObject(await files.readJson(modelPaths.config(name)));
    const weights = await Promise.all(
      weightFolders(name).map(
        async (folder) => [folder, await weightsFacts(files, folder)] as const,
      ),
    );
    networks[name] = {
      class: config._class_name,
      imageSize: config.image_size,
      weights: Object.fromEntries(weights),
      config,
    };
  }
  return {
    kind: "model",
    model,
    class: index._class_name,
    networks,
    scheduler: await readIfThere(files, modelPaths.scheduler("scheduler")),
    generation: index.generation,
  };
}

async function foldersIn<Name extends string>(
  files: ModelFiles,
  names: readonly Name[],
): Promise<Name[]> {
  const present = await Promise.all(names.map((name) => files.exists(modelPaths.config(name))));
  return names.filter((_, i) => present[i]);
}

async function weightsFacts(files: ModelFiles, folder: string): Promise<WeightsSummary> {
  const weights = await files.openWeights(modelPaths.weights(folder));
  try {
    return summarize(weights);
  } finally {
    await weights.dispose();
  }
}

async function checkpointFacts(checkpoint: string): Promise<Facts> {
  const weights = await openWeights(checkpoint);
  try {
    return {
      kind: "checkpoint",
      checkpoint,
      network: networkKind(weights, checkpoint) ?? "not one of GLIDE's",
      ...summarize(weights),
    };
  } finally {
    await weights.dispose();
  }
}

async function imageFacts(file: string): Promise<Facts> {
  const { image, text } = await readImageFile(file);
  return {
    kind: "image",
    file,
    width: image.width,
    height: image.height,
    ...decodeImageRecord(text, file),
  };
}

async function startsAsPng(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.toString("latin1") === "\x89PNG";
  } finally {
    await file.close();
  }
}

async function readIfThere(files: ModelFiles, path: string): Promise<unknown> {
  return (await files.exists(path)) ? files.readJson(path) : undefined;
}

function asObject(json: unknown): Facts {
  return typeof json === "object" && json !== null ? (json as Facts) : {};
}

/**
 * A fact a line, those within facts indented. Strings are quoted as JSON, and what a terminal would
 * obey is escaped.
 */
function lines(facts: Facts, indent = ""): string[] {
  return Object.entries(facts).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const isGroup = typeof value === "object" && value !== null && !Array.isArray(value);
    if (isGroup) return [`${indent}${name}`, ...lines(value as Facts, `${indent}  `)];
    const text =
      typeof value === "number"
        ? value.toLocaleString("en-US", { useGrouping: value >= 10_000, maximumFractionDigits: 6 })
        : Array.isArray(value)
          ? value.join(", ")
          : String(value);
    return [`${indent}${name}: ${printable(text)}`];
  });
}

/** The text with everything that a terminal would obey escaped: a file may come from anyone. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) =>
    JSON.stringify(character)
      .slice(1, -1)
      .replace(/\p{Cc}/u, "?"),
  );
}
