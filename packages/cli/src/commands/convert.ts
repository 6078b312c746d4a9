import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  glideTokenizer,
  InvalidArgumentError,
  modelComponents,
  openWeights,
  parseTextToImageConfig,
  type SamplerName,
  samplers,
  UnknownNameError,
  type WeightSource,
  type WeightType,
} from "@glissade/core";
import { loadGpt2Vocabulary } from "@glissade/vocabularies/gpt2";
import type { Arguments, OptionTable } from "../arguments.ts";
import { command } from "../command.ts";
import { componentOf, publishedSchedules } from "../component.ts";
import { CheckpointError, UsageError } from "../errors.ts";
import { assertReplaceable, type CheckedNetwork, type ModelFolderContents, writeModelFolder } from "../model-folder.ts";
import { progressBar } from "../progress-bar.ts";
import { readJsonFile } from "../read-json-file.ts";
import { assertFits, type NetworkConfig, type NetworkWeights, networkIn, published, recognise } from "../recognise-checkpoint.ts";
import { jsonText } from "../report.ts";
import { version } from "../version.ts";

const samplerNames = Object.keys(samplers) as SamplerName[];
const weightTypes = ["float16", "float32", "bfloat16"] as const satisfies readonly WeightType[];
const schedules = ["squaredcos_cap_v2", "linear"] as const;
const gpt2Size = 50_257;

const options = {
  out: { short: "o", value: "DIR", about: "The folder to make." },
  config: {
    value: "FILE",
    about:
      "The network's arguments, under the published code's names. Default: config.json beside the checkpoint, else the published network with these weights.",
  },
  tokenizer: {
    value: "FILE|gpt2",
    about: "A tokenizer.json, or GPT-2's 50,257 tokens. Default: tokenizer.json beside the checkpoint, else GPT-2's where the network has as many.",
  },
  dtype: { value: "TYPE", about: `How weights are stored: ${weightTypes.join(", ")}. float16 halves the file. Default: as they are.` },
  schedule: {
    value: "NAME",
    about: `The noise schedule of its training: ${schedules.join(", ")}. Default: the config's, else the one its kind was published with.`,
  },
  sampler: { value: "NAME", about: "What generate uses by default with this model. Default: ddim." },
  steps: { value: "N", about: "The same for the number of steps. Default: 50." },
  guidance: { value: "SCALE", about: "The same for the guidance scale. Default: 3." },
  force: { about: "Replace a model that lies there." },
  json: { about: "Print one JSON document instead of the folder's path." },
  quiet: { short: "q", about: "No progress." },
} as const satisfies OptionTable;

type ConvertArguments = Arguments<keyof typeof options>;

export const convert = command({
  name: "convert",
  about: "Makes a model folder of checkpoints: PyTorch files or safetensors.",
  usage: "<checkpoint...> --out DIR",
  least: 1,
  most: 8,
  hint: "Give the checkpoints of one model, e.g. glissade convert base.pt upsample.pt --out glide.",
  options,
  notes: [
    "Nothing in a checkpoint is executed: only tensors are read from it. Every weight is checked against the network before anything is written, and the folder appears when it is complete.",
    `The published networks are recognised by their weights: ${Object.keys(published).join(", ")}.`,
  ],
  examples: ["glissade convert base.pt --out glide --dtype float16", "glissade convert my.pt --config my.json --tokenizer tokenizer.json --out my-model"],
  async run(args, { stdout, stderr, signal }) {
    const out = args.nonEmpty("out");
    if (out === undefined) throw new UsageError("Say where the model goes: --out DIR.");
    const choices = {
      dtype: args.choice("dtype", "weight type", weightTypes),
      generation: {
        sampler: args.choice("sampler", "sampler", samplerNames) ?? "ddim",
        steps: args.integer("steps", 1, 100_000) ?? 50,
        guidance_scale: args.decimal("guidance", 0) ?? 3,
      },
    };
    await assertReplaceable(out, args.has("force"));

    const sources: WeightSource[] = [];
    const bar = progressBar(stderr, { quiet: args.has("quiet"), describe: megabytes });
    try {
      const contents = { ...(await readContents(args, sources)), ...choices };
      await writeModelFolder(out, contents, { signal, onProgress: (written, total) => bar.update(written, total) });
      bar.end();
      stdout.write(args.has("json") ? jsonText(report(out, contents)) : `${out}\n`);
    } finally {
      bar.end();
      for (const source of sources) await source.dispose();
    }
  },
});

/** Opens and checks everything. Each source is added to `sources` when it is opened, for the caller to dispose of. */
async function readContents(args: ConvertArguments, sources: WeightSource[]): Promise<Pick<ModelFolderContents, "networks" | "tokenizer">> {
  const files = args.positionals;
  if (files.length > 1 && (args.has("config") || args.has("schedule")))
    throw new UsageError("--config and --schedule are for one checkpoint. Convert them one by one, or put a config.json beside each.");
  const networks: CheckedNetwork[] = [];
  for (const file of files) {
    const source = await openWeights(file);
    sources.push(source);
    const network = await checkNetwork(file, source, args);
    const twin = networks.find(({ component }) => component === network.component);
    if (twin) throw new CheckpointError(`${twin.file} and ${file} are both a ${modelComponents[network.component].className}: a model has one of each.`);
    const other = networks.find(({ component }) => modelComponents[component].scheduler === modelComponents[network.component].scheduler);
    if (other && (other.betaSchedule !== network.betaSchedule || other.trainingSteps !== network.trainingSteps)) {
      throw new CheckpointError(`${other.file} and ${file} were trained with different noise schedules: convert them into two models.`);
    }
    networks.push(network);
  }
  return { networks, tokenizer: await readTokenizer(args, networks) };
}

async function checkNetwork(file: string, source: WeightSource, args: ConvertArguments): Promise<CheckedNetwork> {
  const weights = networkIn(source, file);
  const { json, config } = await configFor(file, source, weights, args.nonEmpty("config"));
  if (config.imageSize === undefined) {
    throw new CheckpointError(`The configuration of ${file} does not say the pictures' size: add image_size, and give attention_resolutions in pixels.`);
  }
  assertFits(source, weights, config, file);
  const component = componentOf(config);
  const chosen = args.choice("schedule", "noise schedule", schedules);
  return {
    file,
    component,
    json: networkArguments(json),
    config,
    source,
    weights,
    ...withFile(file, () => readProcess(json, publishedSchedules[modelComponents[component].scheduler], chosen)),
  };
}

/** In the order of how explicit they are: `--config`, the file beside the checkpoint, the published network with these weights. */
async function configFor(file: string, source: WeightSource, weights: NetworkWeights, asked: string | undefined): Promise<NetworkConfig> {
  const beside = join(dirname(file), "config.json");
  const path = asked ?? ((await isFile(beside)) ? beside : undefined);
  if (path !== undefined) {
    const json = await readJsonFile(path);
    return { json, config: withFile(path, () => parseTextToImageConfig(json)) };
  }
  const found = recognise(source, weights);
  if (found) return found;
  throw new CheckpointError(`${file} is none of the published networks (${Object.keys(published).join(", ")}). Give its arguments: --config FILE.`);
}

/** The schedule and length of the training, which a published configuration names beside the network's arguments. */
function readProcess({ noise_schedule: named, diffusion_steps: length = 1000 }: NetworkConfig["json"], fallback: string, chosen: string | undefined) {
  const name = schedules.find((schedule) => schedule === (chosen ?? named ?? fallback));
  if (name === undefined) throw new UnknownNameError({ kind: "noise schedule", asked: named, known: schedules });
  if (!(typeof length === "number" && Number.isInteger(length) && length >= 1 && length <= 100_000)) {
    throw new InvalidArgumentError({ argument: "config.diffusion_steps", received: length, expected: "a whole number from 1 to 100000" });
  }
  return { betaSchedule: name, trainingSteps: length };
}

async function readTokenizer(args: ConvertArguments, networks: readonly CheckedNetwork[]): Promise<unknown> {
  const beside = networks.map(({ file }) => join(dirname(file), "tokenizer.json"));
  const asked = args.nonEmpty("tokenizer");
  const path = asked === "gpt2" ? undefined : (asked ?? (await firstFile(beside)));
  const sizes = networks.flatMap(({ config }) => (config.text ? [config.text.vocabularySize] : []));
  if (path === undefined && asked === undefined && !sizes.every((size) => size === gpt2Size)) {
    throw new CheckpointError(`The network was trained with ${sizes.join(", ")} tokens of its own: give them with --tokenizer FILE.`);
  }
  const json = path === undefined ? await loadGpt2Vocabulary() : await readJsonFile(path);
  const { vocabularySize } = withFile(path ?? "GPT-2's tokenizer", () => glideTokenizer(json));
  const other = sizes.find((size) => size !== vocabularySize);
  if (other !== undefined) throw new CheckpointError(`${path ?? "GPT-2's tokenizer"} has ${vocabularySize} tokens, and the network was trained with ${other}.`);
  return json;
}

/** The arguments that make the network, without those of training programs. */
function networkArguments(json: NetworkConfig["json"]): NetworkConfig["json"] {
  return Object.fromEntries(Object.entries(json).filter(([name]) => networkArgumentNames.includes(name)));
}

const networkArgumentNames = [
  ...["image_size", "in_channels", "num_channels", "model_channels", "out_channels", "num_res_blocks", "channel_mult", "attention_resolutions"],
  ...["num_heads", "num_head_channels", "num_heads_upsample", "use_scale_shift_norm", "resblock_updown", "super_res", "inpaint"],
  ...["text_ctx", "xf_width", "xf_layers", "xf_heads", "xf_final_ln", "xf_padding", "n_vocab"],
];

/** What a file's values are refused for, with the file's name. */
function withFile<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new CheckpointError(`${path}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

async function firstFile(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await isFile(path)) return path;
  return undefined;
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

function megabytes(done: number, total: number): string {
  return `${(done / 1e6).toFixed(0)} of ${(total / 1e6).toFixed(0)} MB`;
}

function report(out: string, { networks, dtype, generation }: ModelFolderContents) {
  return {
    model: out,
    networks: networks.map(({ file, component, weights }) => ({ checkpoint: file, component, class: modelComponents[component].className, weights: weights.size })),
    dtype: dtype ?? "as stored",
    generation,
    glissade: version,
  };
}
