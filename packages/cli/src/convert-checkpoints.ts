import { InvalidArgumentError, UnknownNameError } from "@glissade/core";
import { openWeights, type WeightType } from "@glissade/core/weights";
import type { WeightSource } from "@glissade/graph";
import type { DescribedNetwork } from "./checkpoint-networks.ts";
import { readTokenizers } from "./checkpoint-tokenizers.ts";
import type { Context } from "./command.ts";
import { CheckpointError, inFile } from "./errors.ts";
import {
  type CheckedNetwork,
  isAdm,
  type ModelFolderContents,
  writeModelFolder,
} from "./model-folder.ts";
import { progressBar } from "./progress-bar.ts";
import { assertFits, type NetworkWeights, networkIn } from "./recognise-checkpoint.ts";
import { version } from "./version.ts";

/** The noise schedules that a network can have been trained with. */
export const schedules = ["squaredcos_cap_v2", "linear"] as const;
export type ScheduleName = (typeof schedules)[number];

/** A checkpoint to convert. */
export interface Checkpoint {
  readonly file: string;
  /** Which network is in it. */
  describe(source: WeightSource, weights: NetworkWeights): Promise<DescribedNetwork>;
}

export interface Conversion {
  readonly checkpoints: readonly Checkpoint[];
  /** The folder to make. */
  readonly out: string;
  /** How weights are stored; as they are where left out. */
  readonly dtype?: WeightType | undefined;
  /** Default: the network's own, else the one its kind was published with. */
  readonly schedule?: ScheduleName | undefined;
  /** The file of GLIDE's tokenizer, or "gpt2". */
  readonly tokenizer?: string | undefined;
  /**
   * What images are made with where nothing is said, in place of what suits the kind of the
   * networks.
   */
  readonly generation?: {
    readonly sampler?: string | undefined;
    readonly steps?: number | undefined;
    readonly scale?: number | undefined;
  };
}

interface ConversionContext {
  readonly onProgress: (writtenBytes: number, totalBytes: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Makes a model folder of checkpoints. Everything is checked before anything is written.
 *
 * @returns what a program may want to know about it
 * @throws CheckpointError or WeightsError where a checkpoint is not what it should be; OutputError
 * where the folder cannot be written; the signal's reason where aborted
 */
async function convertCheckpoints(
  conversion: Conversion,
  context: ConversionContext,
): Promise<ConversionReport> {
  const sources: WeightSource[] = [];
  try {
    const networks = await readNetworks(conversion, sources, context.signal);
    const tokenizers = await readTokenizers(networks, conversion.tokenizer);
    const contents = {
      networks,
      tokenizers,
      dtype: conversion.dtype,
      ...defaultsOf(networks, conversion.generation),
    };
    await writeModelFolder(conversion.out, contents, context);
    return reportOf(conversion.out, contents);
  } finally {
    for (const source of sources) await source.dispose();
  }
}

/** The same with a progress bar, whose words are `describe`'s. */
export async function convertWithProgress(
  conversion: Conversion,
  {
    quiet,
    describe,
  }: {
    readonly quiet: boolean;
    readonly describe: (writtenBytes: number, totalBytes: number) => string;
  },
  { stderr, signal }: Context,
): Promise<ConversionReport> {
  const bar = progressBar(stderr, { quiet, describe });
  try {
    return await convertCheckpoints(conversion, {
      signal,
      onProgress: (written, total) => bar.update(written, total),
    });
  } finally {
    bar.end();
  }
}

/**
 * Whether a checkpoint holds the network that it should, without reading its weights.
 *
 * @param name what errors call it
 * @throws CheckpointError or WeightsError where it does not
 */
export async function assertHoldsNetwork(
  { file, describe }: Checkpoint,
  name: string,
): Promise<void> {
  const source = await openWeights(file);
  try {
    await checkNetwork({ file: name, describe }, source, undefined);
  } finally {
    await source.dispose();
  }
}

/**
 * Opens and checks every network. Each source is added to `sources` when it is opened, for the
 * caller to dispose of.
 */
async function readNetworks(
  { checkpoints, schedule }: Conversion,
  sources: WeightSource[],
  signal: AbortSignal,
): Promise<readonly CheckedNetwork[]> {
  const networks: CheckedNetwork[] = [];
  for (const checkpoint of checkpoints) {
    signal.throwIfAborted();
    const source = await openWeights(checkpoint.file);
    sources.push(source);
    networks.push(await checkNetwork(checkpoint, source, schedule));
    assertTogether(networks);
  }
  assertComplete(networks);
  return networks;
}

/** Whether the last network goes into one model with those before it. */
function assertTogether(networks: readonly CheckedNetwork[]): void {
  const last = networks.at(-1);
  if (!last) return;
  const others = networks.slice(0, -1);
  const twin = others.find(({ described }) => described.folder === last.described.folder);
  if (twin)
    throw new CheckpointError(
      `${twin.file} and ${last.file} are both a ${last.described.className}: a model has one of each.`,
    );
  const other = others.find(
    ({ described }) =>
      described.learnsVariance !== undefined && described.scheduler === last.described.scheduler,
  );
  if (
    other &&
    last.described.learnsVariance !== undefined &&
    (other.betaSchedule !== last.betaSchedule || other.trainingSteps !== last.trainingSteps)
  ) {
    throw new CheckpointError(
      `${other.file} and ${last.file} were trained with different noise schedules: convert them into two models.`,
    );
  }
}

/**
 * A model needs a network that denoises, those of guided-diffusion are none of GLIDE's, and a CLIP
 * has two halves.
 */
function assertComplete(networks: readonly CheckedNetwork[]): void {
  const kinds = new Set(networks.map(({ described }) => described.kind));
  const files = networks.map(({ file }) => file).join(", ");
  if (!kinds.has("glide") && !kinds.has("adm"))
    throw new CheckpointError(
      `${files}: none of these makes images. Give the network that they guide too.`,
    );
  if (kinds.has("adm") && [...kinds].some((kind) => kind !== "adm" && kind !== "adm-classifier"))
    throw new CheckpointError(
      `${files}: networks of GLIDE and of guided-diffusion make two models. Convert them one after the other.`,
    );
  if (kinds.has("clip-image") !== kinds.has("clip-text"))
    throw new CheckpointError(`${files}: only one half of a CLIP is there. Give both.`);
}

async function checkNetwork(
  { file, describe }: Checkpoint,
  source: WeightSource,
  chosen: ScheduleName | undefined,
): Promise<CheckedNetwork> {
  const weights = networkIn(source, file);
  const described = await describe(source, weights);
  if (described.imageSize === undefined) {
    throw new CheckpointError(
      `The configuration of ${file} does not say the images' size: add image_size, and give attention_resolutions in pixels.`,
    );
  }
  assertFits(source, weights, described, file);
  const fallback = described.kind === "adm" ? "linear" : publishedSchedules[described.scheduler];
  const json = networkArguments(described.json);
  return {
    file,
    described,
    json,
    source,
    weights,
    ...inFile(file, () => readProcess(described.json, fallback, chosen)),
  };
}

/**
 * The schedule and length of the training, which a published configuration names beside the
 * network's arguments.
 */
function readProcess(
  { noise_schedule: named, diffusion_steps: length = 1000 }: DescribedNetwork["json"],
  fallback: string,
  chosen: string | undefined,
) {
  const asked = named === "cosine" ? "squaredcos_cap_v2" : named; // guided-diffusion's name of it
  const name = schedules.find((schedule) => schedule === (chosen ?? asked ?? fallback));
  if (name === undefined)
    throw new UnknownNameError({ kind: "noise schedule", asked: named, known: schedules });
  if (
    !(typeof length === "number" && Number.isInteger(length) && length >= 1 && length <= 100_000)
  ) {
    throw new InvalidArgumentError({
      argument: "config.diffusion_steps",
      received: length,
      expected: "a whole number from 1 to 100000",
    });
  }
  return { betaSchedule: name, trainingSteps: length };
}

/** The noise schedules that the published networks were trained with. */
const publishedSchedules = {
  scheduler: "squaredcos_cap_v2",
  upsampler_scheduler: "linear",
} as const;

/** The arguments that make the network, without those of training programs. */
function networkArguments(json: DescribedNetwork["json"]): DescribedNetwork["json"] {
  return Object.fromEntries(
    Object.entries(json).filter(([name]) => networkArgumentNames.includes(name)),
  );
}

const networkArgumentNames = [
  "image_size",
  "in_channels",
  "num_channels",
  "model_channels",
  "out_channels",
  "num_res_blocks",
  "channel_mult",
  "attention_resolutions",
  "num_heads",
  "num_head_channels",
  "num_heads_upsample",
  "use_scale_shift_norm",
  "resblock_updown",
  "super_res",
  "inpaint",
  "text_ctx",
  "xf_width",
  "xf_layers",
  "xf_heads",
  "xf_final_ln",
  "xf_padding",
  "n_vocab",
  "patch_size",
  "class_cond",
  "num_classes",
  "learn_sigma",
  "use_new_attention_order",
  "pool",
  "classifier_width",
  "classifier_depth",
  "classifier_attention_resolutions",
  "classifier_use_scale_shift_norm",
  "classifier_resblock_updown",
  "classifier_pool",
  "logit_scale",
  "n_timesteps",
  "max_text_len",
  "n_embd",
  "n_head_state_text",
  "n_head_text",
  "n_xf_blocks_text",
  "n_head_state_image",
  "n_head_image",
  "n_xf_blocks_image",
];

/**
 * The model's own settings: few steps, with which the embedded model's cascade is as good as with
 * the published notebook's 100 and 27 (docs/few-steps.md), at a fifth of the time.
 */
function defaultsOf(
  networks: readonly CheckedNetwork[],
  { sampler, steps, scale }: Conversion["generation"] = {},
) {
  if (isAdm(networks))
    return {
      generation: { sampler: sampler ?? "ddpm", steps: steps ?? 250, classifier_scale: scale ?? 1 },
    };
  const enlarges = networks.some(({ described }) => described.scheduler === "upsampler_scheduler");
  return {
    generation: { sampler: sampler ?? "dpmpp-2m", steps: steps ?? 15, guidance_scale: scale ?? 3 },
    ...(enlarges && {
      upscaling: { sampler: "dpmpp-2m", steps: 8, guidance_scale: 1, temperature: 0.997 },
    }),
  };
}

export type ConversionReport = ReturnType<typeof reportOf>;

function reportOf(out: string, { networks, dtype, generation, upscaling }: ModelFolderContents) {
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
    ...(upscaling && { upscaling }),
    glissade: version,
  };
}
