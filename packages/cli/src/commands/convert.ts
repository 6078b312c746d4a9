import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  clipTokenizer,
  glideTokenizer,
  InvalidArgumentError,
  openWeights,
  type SamplerName,
  samplers,
  UnknownNameError,
  type WeightSource,
  type WeightType,
} from "@glissade/core";
import { loadClipVocabulary } from "@glissade/vocabularies/clip";
import { loadGpt2Vocabulary } from "@glissade/vocabularies/gpt2";
import type { Arguments, OptionTable } from "../arguments.ts";
import { type DescribedNetwork, describeByConfig, published } from "../checkpoint-networks.ts";
import { command } from "../command.ts";
import { CheckpointError, UsageError } from "../errors.ts";
import { assertReplaceable, type CheckedNetwork, isAdm, type ModelFolderContents, writeModelFolder } from "../model-folder.ts";
import { progressBar } from "../progress-bar.ts";
import { readJsonFile } from "../read-json-file.ts";
import { assertFits, kindOf, type NetworkWeights, networkIn, recognise } from "../recognise-checkpoint.ts";
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
  sampler: { value: "NAME", about: "What generate uses by default with this model. Default: ddim, and ddpm for guided-diffusion's." },
  steps: { value: "N", about: "The same for the number of steps. Default: 50, and 250." },
  guidance: { value: "SCALE", about: "The same for the guidance scale, of a classifier for guided-diffusion's. Default: 3, and 1." },
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
    const dtype = args.choice("dtype", "weight type", weightTypes);
    const [sampler, steps, scale] = [args.choice("sampler", "sampler", samplerNames), args.integer("steps", 1, 100_000), args.decimal("guidance", 0)];
    await assertReplaceable(out, args.has("force"));

    const sources: WeightSource[] = [];
    const bar = progressBar(stderr, { quiet: args.has("quiet"), describe: megabytes });
    try {
      const read = await readContents(args, sources);
      const generation = isAdm(read.networks)
        ? { sampler: sampler ?? "ddpm", steps: steps ?? 250, classifier_scale: scale ?? 1 }
        : { sampler: sampler ?? "ddim", steps: steps ?? 50, guidance_scale: scale ?? 3 };
      const contents = { ...read, dtype, generation };
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
async function readContents(args: ConvertArguments, sources: WeightSource[]): Promise<Pick<ModelFolderContents, "networks" | "tokenizers">> {
  const files = args.positionals;
  if (files.length > 1 && (args.has("config") || args.has("schedule")))
    throw new UsageError("--config and --schedule are for one checkpoint. Convert them one by one, or put a config.json beside each.");
  const networks: CheckedNetwork[] = [];
  for (const file of files) {
    const source = await openWeights(file);
    sources.push(source);
    networks.push(await checkNetwork(file, source, args));
    assertTogether(networks);
  }
  assertComplete(networks);
  return { networks, tokenizers: await readTokenizers(args, networks) };
}

/** Whether the last network goes into one model with those before it. */
function assertTogether(networks: readonly CheckedNetwork[]): void {
  const last = networks.at(-1);
  if (!last) return;
  const others = networks.slice(0, -1);
  const twin = others.find(({ described }) => described.folder === last.described.folder);
  if (twin) throw new CheckpointError(`${twin.file} and ${last.file} are both a ${last.described.className}: a model has one of each.`);
  const other = others.find(({ described }) => described.learnsVariance !== undefined && described.scheduler === last.described.scheduler);
  if (other && last.described.learnsVariance !== undefined && (other.betaSchedule !== last.betaSchedule || other.trainingSteps !== last.trainingSteps)) {
    throw new CheckpointError(`${other.file} and ${last.file} were trained with different noise schedules: convert them into two models.`);
  }
}

/** A model needs a network that denoises, those of guided-diffusion are none of GLIDE's, and a CLIP has two halves. */
function assertComplete(networks: readonly CheckedNetwork[]): void {
  const kinds = new Set(networks.map(({ described }) => described.kind));
  const files = networks.map(({ file }) => file).join(", ");
  if (!kinds.has("glide") && !kinds.has("adm")) throw new CheckpointError(`${files}: none of these makes pictures. Give the network that they guide too.`);
  if (kinds.has("adm") && [...kinds].some((kind) => kind !== "adm" && kind !== "adm-classifier"))
    throw new CheckpointError(`${files}: networks of GLIDE and of guided-diffusion make two models. Convert them one after the other.`);
  if (kinds.has("clip-image") !== kinds.has("clip-text")) throw new CheckpointError(`${files}: only one half of a CLIP is there. Give both.`);
}

async function checkNetwork(file: string, source: WeightSource, args: ConvertArguments): Promise<CheckedNetwork> {
  const weights = networkIn(source, file);
  const described = await describedBy(file, source, weights, args.nonEmpty("config"));
  if (described.imageSize === undefined) {
    throw new CheckpointError(`The configuration of ${file} does not say the pictures' size: add image_size, and give attention_resolutions in pixels.`);
  }
  assertFits(source, weights, described, file);
  const chosen = args.choice("schedule", "noise schedule", schedules);
  const fallback = described.kind === "adm" ? "linear" : publishedSchedules[described.scheduler];
  const json = networkArguments(described.json);
  return { file, described, json, source, weights, ...withFile(file, () => readProcess(described.json, fallback, chosen)) };
}

/** In the order of how explicit they are: `--config`, the file beside the checkpoint, the published network with these weights. */
async function describedBy(file: string, source: WeightSource, weights: NetworkWeights, asked: string | undefined): Promise<DescribedNetwork> {
  const beside = join(dirname(file), "config.json");
  const path = asked ?? ((await isFile(beside)) ? beside : undefined);
  if (path !== undefined) {
    const json = await readJsonFile(path);
    return withFile(path, () => describeByConfig(json.super_res === true || json.inpaint === true ? "glide" : kindOf(weights), json));
  }
  const found = recognise(source, weights);
  if (found) return found.described;
  throw new CheckpointError(`${file} is none of the published networks (${Object.keys(published).join(", ")}). Give its arguments: --config FILE.`);
}

/** The schedule and length of the training, which a published configuration names beside the network's arguments. */
function readProcess({ noise_schedule: named, diffusion_steps: length = 1000 }: DescribedNetwork["json"], fallback: string, chosen: string | undefined) {
  const asked = named === "cosine" ? "squaredcos_cap_v2" : named; // guided-diffusion's name of it
  const name = schedules.find((schedule) => schedule === (chosen ?? asked ?? fallback));
  if (name === undefined) throw new UnknownNameError({ kind: "noise schedule", asked: named, known: schedules });
  if (!(typeof length === "number" && Number.isInteger(length) && length >= 1 && length <= 100_000)) {
    throw new InvalidArgumentError({ argument: "config.diffusion_steps", received: length, expected: "a whole number from 1 to 100000" });
  }
  return { betaSchedule: name, trainingSteps: length };
}

/** The noise schedules that the published networks were trained with. */
const publishedSchedules = { scheduler: "squaredcos_cap_v2", upsampler_scheduler: "linear" } as const;

async function readTokenizers(args: ConvertArguments, networks: readonly CheckedNetwork[]): Promise<Readonly<Record<string, unknown>>> {
  const readers = (tokenizer: string) => networks.filter(({ described }) => described.vocabulary?.tokenizer === tokenizer);
  return {
    ...(readers("tokenizer").length > 0 && { tokenizer: await readTokenizer(args, readers("tokenizer")) }),
    ...(readers("clip_tokenizer").length > 0 && { clip_tokenizer: await readClipTokenizer(readers("clip_tokenizer")) }),
  };
}

async function readTokenizer(args: ConvertArguments, networks: readonly CheckedNetwork[]): Promise<unknown> {
  const beside = networks.map(({ file }) => join(dirname(file), "tokenizer.json"));
  const asked = args.nonEmpty("tokenizer");
  const path = asked === "gpt2" ? undefined : (asked ?? (await firstFile(beside)));
  const sizes = networks.flatMap(({ described }) => described.vocabulary?.size ?? []);
  if (path === undefined && asked === undefined && !sizes.every((size) => size === gpt2Size)) {
    throw new CheckpointError(`The network was trained with ${sizes.join(", ")} tokens of its own: give them with --tokenizer FILE.`);
  }
  const json = path === undefined ? await loadGpt2Vocabulary() : await readJsonFile(path);
  const { vocabularySize } = withFile(path ?? "GPT-2's tokenizer", () => glideTokenizer(json));
  const other = sizes.find((size) => size !== vocabularySize);
  if (other !== undefined) throw new CheckpointError(`${path ?? "GPT-2's tokenizer"} has ${vocabularySize} tokens, and the network was trained with ${other}.`);
  return json;
}

/** `clip_tokenizer.json` beside the checkpoint, or OpenAI's own. */
async function readClipTokenizer(networks: readonly CheckedNetwork[]): Promise<unknown> {
  const size = networks[0]?.described.vocabulary?.size;
  const path = await firstFile(networks.map(({ file }) => join(dirname(file), "clip_tokenizer.json")));
  if (path === undefined && size !== 49_408 && size !== 65_536)
    throw new CheckpointError(`The CLIP was trained with ${size} tokens of its own: put its clip_tokenizer.json beside the checkpoint.`);
  const json = path === undefined ? await loadClipVocabulary({ vocabularySize: size === 49_408 ? 49_408 : 65_536 }) : await readJsonFile(path);
  const { vocabularySize } = withFile(path ?? "CLIP's tokenizer", () => clipTokenizer(json));
  if (vocabularySize !== size) throw new CheckpointError(`${path} has ${vocabularySize} tokens, and the CLIP was trained with ${size}.`);
  return json;
}

/** The arguments that make the network, without those of training programs. */
function networkArguments(json: DescribedNetwork["json"]): DescribedNetwork["json"] {
  return Object.fromEntries(Object.entries(json).filter(([name]) => networkArgumentNames.includes(name)));
}

const networkArgumentNames = [
  ...["image_size", "in_channels", "num_channels", "model_channels", "out_channels", "num_res_blocks", "channel_mult", "attention_resolutions"],
  ...["num_heads", "num_head_channels", "num_heads_upsample", "use_scale_shift_norm", "resblock_updown", "super_res", "inpaint"],
  ...["text_ctx", "xf_width", "xf_layers", "xf_heads", "xf_final_ln", "xf_padding", "n_vocab", "patch_size"],
  ...["class_cond", "num_classes", "learn_sigma", "use_new_attention_order", "pool"],
  ...[
    "classifier_width",
    "classifier_depth",
    "classifier_attention_resolutions",
    "classifier_use_scale_shift_norm",
    "classifier_resblock_updown",
    "classifier_pool",
  ],
  ...["logit_scale", "n_timesteps", "max_text_len", "n_embd", "n_head_state_text", "n_head_text", "n_xf_blocks_text"],
  ...["n_head_state_image", "n_head_image", "n_xf_blocks_image"],
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
    networks: networks.map(({ file, described: { component, className }, weights }) => ({
      checkpoint: file,
      component,
      class: className,
      weights: weights.size,
    })),
    dtype: dtype ?? "as stored",
    generation,
    glissade: version,
  };
}
