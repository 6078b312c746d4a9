import type { Graph } from "@glissade/graph";
import { type AnyTensor, sizeOf, tensor } from "@glissade/graph";
import {
  admClassifierGuidanceGraph,
  admGraph,
  clipImageGraph,
  clipTextGraph,
  parseAdmClassifierConfig,
  parseAdmConfig,
  parseClipConfig,
  textGraph,
  textToImageGraph,
} from "../networks/index.ts";
import { parseTextToImageConfig } from "../networks/text-to-image/config.ts";
import { philoxGenerator } from "../random/index.ts";
import { byteSymbols } from "../text/byte-symbols.ts";
import { encodeSafetensors } from "../weights/index.ts";

/** The smallest network of GLIDE's form: 4 x 4 pixels, one level of 32 channels. */
export const tinyConfig = {
  image_size: 4,
  num_channels: 32,
  num_res_blocks: 1,
  channel_mult: [1],
  attention_resolutions: [4],
  num_head_channels: 16,
  text_ctx: 6,
  xf_width: 32,
  xf_layers: 1,
  xf_heads: 2,
  xf_final_ln: true,
  xf_padding: true,
  n_vocab: 257,
  use_scale_shift_norm: true,
  resblock_updown: true,
};

/** A byte-level tokenizer without merges: one token a byte, and the end token. */
export function byteTokenizer(): object {
  const vocab = Object.fromEntries(
    [...byteSymbols, "<|endoftext|>"].map((token, id) => [token, id]),
  );
  return {
    version: "1.0",
    added_tokens: [{ id: 256, content: "<|endoftext|>", special: true }],
    normalizer: { type: "Lowercase" },
    pre_tokenizer: {
      type: "ByteLevel",
      add_prefix_space: false,
      trim_offsets: true,
      use_regex: true,
    },
    decoder: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    model: { type: "BPE", vocab, merges: [] },
  };
}

const scheduler = {
  num_train_timesteps: 1000,
  beta_schedule: "squaredcos_cap_v2",
  prediction_type: "sample",
  variance_type: "learned_range",
};

const tinyIndex = {
  _class_name: "GlidePipeline",
  base: ["glissade", "Text2ImUNet"],
  generation: { sampler: "ddim", steps: 3, guidance_scale: 2 },
};

/**
 * A complete model folder in memory with random weights. The network predicts the image itself: as
 * noise, what a random network says would clip to black and white. `change` replaces or (with
 * undefined) removes files.
 */
export async function tinyModel(
  change: Readonly<Record<string, unknown>> = {},
): Promise<Map<string, Blob>> {
  const files: Record<string, unknown> = {
    "model_index.json": tinyIndex,
    "base/config.json": tinyConfig,
    "scheduler/scheduler_config.json": scheduler,
    "tokenizer/tokenizer.json": byteTokenizer(),
    "base/model.safetensors": await encodeSafetensors(tinyWeights()),
    ...change,
  };
  return new Map(
    Object.entries(files).flatMap(([path, content]) =>
      content === undefined
        ? []
        : [
            [
              path,
              new Blob([content instanceof Uint8Array ? content.slice() : JSON.stringify(content)]),
            ] as const,
          ],
    ),
  );
}

/**
 * The files that make of the tiny model a whole cascade: an inpainting network, and two upsamplers
 * to 8 x 8 pixels.
 */
export async function tinyCascade(): Promise<Record<string, unknown>> {
  const stages = {
    base_inpaint: { ...tinyConfig, inpaint: true },
    upsampler: { ...tinyConfig, image_size: 8, super_res: true },
    upsampler_inpaint: { ...tinyConfig, image_size: 8, super_res: true, inpaint: true },
  };
  const files: Record<string, unknown> = {
    "model_index.json": {
      _class_name: "GlidePipeline",
      ...Object.fromEntries(
        ["base", ...Object.keys(stages)].map((name) => [name, ["glissade", "Text2ImUNet"]]),
      ),
      generation: { sampler: "ddim", steps: 3, guidance_scale: 2 },
      upscaling: { sampler: "ddim", steps: 2, guidance_scale: 1, temperature: 1 },
    },
    "upsampler_scheduler/scheduler_config.json": { ...scheduler, beta_schedule: "linear" },
  };
  for (const [name, config] of Object.entries(stages)) {
    files[`${name}/config.json`] = config;
    files[`${name}/model.safetensors`] = await encodeSafetensors(tinyWeights(config));
  }
  return files;
}

export function tinyWeights(json: object = tinyConfig): Record<string, AnyTensor> {
  const config = parseTextToImageConfig(json);
  const side = config.imageSize ?? 4;
  const size = {
    height: side,
    width: side,
    ...(config.superResolution && { lowRes: { height: 4, width: 4 } }),
  };
  const generator = philoxGenerator(1);
  const weights: Record<string, AnyTensor> = {};
  for (const { name, dims } of [textGraph(config), textToImageGraph(config, size)].flatMap(
    (graph) => graph.parameters,
  )) {
    const scale =
      name === "out.2.weight" ? 0.1 : dims.length > 1 ? 1 / Math.sqrt(sizeOf(dims.slice(1))) : 0.3;
    weights[name] ??= tensor(
      dims,
      generator.randn(dims).data.map((value) => value * scale),
    );
  }
  return weights;
}

/** The smallest noised CLIP, for the tiny model's images. */
const tinyClipConfig = {
  image_size: 4,
  patch_size: 2,
  n_timesteps: 1000,
  n_vocab: 514,
  max_text_len: 8,
  n_embd: 8,
  n_head_state_text: 8,
  n_head_text: 1,
  n_xf_blocks_text: 1,
  n_head_state_image: 8,
  n_head_image: 1,
  n_xf_blocks_image: 1,
  logit_scale: 20,
};

/** The files that add a CLIP to a tiny model whose index they are merged into. */
export async function tinyClip(index: object = tinyIndex): Promise<Record<string, unknown>> {
  const config = parseClipConfig(tinyClipConfig);
  return {
    "model_index.json": { ...index, clip: ["glissade", "NoisedClip"] },
    "clip/config.json": tinyClipConfig,
    "clip_tokenizer/tokenizer.json": clipByteTokenizer(),
    "clip/text_encoder/model.safetensors": await encodeSafetensors(
      randomWeights(clipTextGraph(config)),
    ),
    "clip/image_encoder/model.safetensors": await encodeSafetensors(
      randomWeights(clipImageGraph(config)),
    ),
  };
}

/** One token a byte, and one a byte at a word's end. */
function clipByteTokenizer(): object {
  const tokens = [
    ...byteSymbols,
    ...[...byteSymbols].map((symbol) => `${symbol}</w>`),
    "<|startoftext|>",
    "<|endoftext|>",
  ];
  return {
    ...byteTokenizer(),
    added_tokens: [],
    model: {
      type: "BPE",
      end_of_word_suffix: "</w>",
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: [],
    },
  };
}

export const tinyAdmConfig = {
  image_size: 4,
  num_channels: 32,
  num_res_blocks: 1,
  channel_mult: "1",
  attention_resolutions: "4",
  num_heads: 1,
  class_cond: true,
  num_classes: 3,
  learn_sigma: true,
};
export const tinyClassifierConfig = {
  image_size: 4,
  model_channels: 32,
  num_res_blocks: 1,
  channel_mult: [1],
  attention_resolutions: [1],
  num_heads: 1,
  out_channels: 3,
  pool: "attention",
};

/** A model of guided-diffusion with its classifier, as small as they can be. */
export async function tinyAdm(
  change: Readonly<Record<string, unknown>> = {},
): Promise<Map<string, Blob>> {
  const [config, classifier] = [
    parseAdmConfig(tinyAdmConfig),
    parseAdmClassifierConfig(tinyClassifierConfig),
  ];
  return tinyModel({
    "model_index.json": {
      _class_name: "AdmPipeline",
      unet: ["glissade", "AdmUNet"],
      classifier: ["glissade", "AdmClassifier"],
      generation: { sampler: "ddim", steps: 3 },
    },
    "unet/config.json": tinyAdmConfig,
    "unet/model.safetensors": await encodeSafetensors(
      randomWeights(admGraph(config, { height: 4, width: 4 })),
    ),
    "classifier/config.json": tinyClassifierConfig,
    "classifier/model.safetensors": await encodeSafetensors(
      randomWeights(admClassifierGuidanceGraph(classifier, { size: 4 })),
    ),
    ...change,
  });
}

function randomWeights({ parameters }: Graph): Record<string, AnyTensor> {
  const generator = philoxGenerator(2);
  return Object.fromEntries(
    parameters.map(({ name, dims }) => [
      name,
      tensor(
        dims,
        generator
          .randn(dims)
          .data.map((value) => value / (dims.length > 1 ? Math.sqrt(dims.at(-1) ?? 1) : 2)),
      ),
    ]),
  );
}
