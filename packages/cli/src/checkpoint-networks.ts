import type { StageName } from "@glissade/core";
import { clipTowers, modelComponents } from "@glissade/core/model";
import {
  admClassifierGraph,
  admGraph,
  clipImageGraph,
  clipTextGraph,
  glideBase,
  glideClip,
  glideUpsampler,
  parseAdmClassifierConfig,
  parseAdmConfig,
  parseClipConfig,
  parseTextToImageConfig,
  type TextToImageConfig,
  textGraph,
  textToImageGraph,
} from "@glissade/core/networks";
import type { Graph } from "@glissade/graph";

type Json = Readonly<Record<string, unknown>>;

/** Kinds of networks that a checkpoint can hold. */
export const networkKinds = ["glide", "clip-image", "clip-text", "adm", "adm-classifier"] as const;
export type NetworkKind = (typeof networkKinds)[number];

/** A network by its arguments: which weights it has, and where they belong in a model. */
export interface DescribedNetwork {
  readonly kind: NetworkKind;
  readonly json: Json;
  /** Name and shape of every weight. The shapes may be another view of the stored ones. */
  readonly parameters: ReadonlyMap<string, readonly number[]>;
  /** Its entry in `model_index.json`, and the folder of its config. */
  readonly component: StageName | "clip" | "unet" | "classifier";
  readonly className: string;
  /** Folder of its weights: a CLIP's towers have one each. */
  readonly folder: string;
  /** Folder of its scheduler. */
  readonly scheduler: "scheduler" | "upsampler_scheduler";
  readonly imageSize: number | undefined;
  /** Of a network that denoises: whether it says its variance too. */
  readonly learnsVariance?: boolean;
  /** Of a network that reads texts: how many tokens it knows. */
  readonly vocabulary?: {
    readonly tokenizer: "tokenizer" | "clip_tokenizer";
    readonly size: number;
  };
}

/**
 * Reads a network's arguments.
 *
 * @throws InvalidArgumentError naming the field that is missing or out of range
 */
export function describeByConfig(kind: NetworkKind, json: Json): DescribedNetwork {
  switch (kind) {
    case "glide":
      return describeGlide(json);
    case "clip-image":
    case "clip-text":
      return describeClip(kind, json);
    case "adm":
      return describeAdm(json);
    case "adm-classifier":
      return describeClassifier(json);
  }
}

function describeGlide(json: Json): DescribedNetwork {
  const config = parseTextToImageConfig(json);
  const component = stageFor(config);
  const side = config.imageSize ?? 2 ** config.channelMultipliers.length; // no weight depends on it
  const lowRes = config.superResolution ? { lowRes: { height: side, width: side } } : {};
  const graphs = [
    textToImageGraph(config, { height: side, width: side, ...lowRes }),
    ...(config.text ? [textGraph(config)] : []),
  ];
  return {
    kind: "glide",
    json,
    parameters: parametersOf(graphs),
    component,
    ...modelComponents[component],
    folder: component,
    imageSize: config.imageSize,
    learnsVariance: config.outChannels === 2 * config.imageChannels,
    ...(config.text && {
      vocabulary: { tokenizer: "tokenizer", size: config.text.vocabularySize },
    }),
  };
}

/** Which network of a model it is. */
export function stageFor({ superResolution, inpainting }: TextToImageConfig): StageName {
  if (superResolution) return inpainting ? "upsampler_inpaint" : "upsampler";
  return inpainting ? "base_inpaint" : "base";
}

function describeClip(kind: "clip-image" | "clip-text", json: Json): DescribedNetwork {
  const config = parseClipConfig(json);
  const isText = kind === "clip-text";
  return {
    kind,
    json,
    parameters: parametersOf([isText ? clipTextGraph(config) : clipImageGraph(config)]),
    component: "clip",
    ...modelComponents.clip,
    folder: isText ? clipTowers.text : clipTowers.image,
    imageSize: config.image.imageSize,
    ...(isText && {
      vocabulary: { tokenizer: "clip_tokenizer", size: config.text.vocabularySize },
    }),
  };
}

function describeAdm(json: Json): DescribedNetwork {
  const config = parseAdmConfig(json);
  const side = config.imageSize ?? 2 ** config.channelMultipliers.length;
  return {
    kind: "adm",
    json,
    parameters: parametersOf([admGraph(config, { height: side, width: side })]),
    component: "unet",
    ...modelComponents.unet,
    folder: "unet",
    imageSize: config.imageSize,
    learnsVariance: config.outChannels === 2 * config.imageChannels,
  };
}

function describeClassifier(json: Json): DescribedNetwork {
  const config = parseAdmClassifierConfig(json);
  const parameters = parametersOf([admClassifierGraph(config)]);
  return {
    kind: "adm-classifier",
    json,
    parameters,
    component: "classifier",
    ...modelComponents.classifier,
    folder: "classifier",
    imageSize: config.imageSize,
  };
}

function parametersOf(graphs: readonly Graph[]): ReadonlyMap<string, readonly number[]> {
  return new Map(
    graphs.flatMap(({ parameters }) => parameters.map(({ name, dims }) => [name, dims] as const)),
  );
}

/** A published network, whose checkpoint comes without its arguments. */
export interface PublishedNetwork {
  readonly kind: NetworkKind;
  readonly json: Json;
}

const adm = {
  attention_resolutions: "32,16,8",
  learn_sigma: true,
  resblock_updown: true,
  use_scale_shift_norm: true,
};
const admClassifier = {
  classifier_attention_resolutions: "32,16,8",
  classifier_width: 128,
  classifier_depth: 2,
  classifier_pool: "attention",
  classifier_resblock_updown: true,
  classifier_use_scale_shift_norm: true,
};

/** The flags of guided-diffusion's models are those of its README. */
const networks = {
  "GLIDE base": { kind: "glide", json: glideBase },
  "GLIDE base for inpainting": { kind: "glide", json: { ...glideBase, inpaint: true } },
  "GLIDE upsampler": { kind: "glide", json: glideUpsampler },
  "GLIDE upsampler for inpainting": { kind: "glide", json: { ...glideUpsampler, inpaint: true } },
  "GLIDE noised CLIP, images": { kind: "clip-image", json: glideClip },
  "GLIDE noised CLIP, texts": { kind: "clip-text", json: glideClip },
  "ADM 64": {
    kind: "adm",
    json: {
      ...adm,
      image_size: 64,
      num_channels: 192,
      num_head_channels: 64,
      num_res_blocks: 3,
      use_new_attention_order: true,
      class_cond: true,
      noise_schedule: "cosine",
    },
  },
  "ADM 128": {
    kind: "adm",
    json: {
      ...adm,
      image_size: 128,
      num_channels: 256,
      num_heads: 4,
      num_res_blocks: 2,
      class_cond: true,
      noise_schedule: "linear",
    },
  },
  "ADM 256": {
    kind: "adm",
    json: {
      ...adm,
      image_size: 256,
      num_channels: 256,
      num_head_channels: 64,
      num_res_blocks: 2,
      class_cond: true,
      noise_schedule: "linear",
    },
  },
  "ADM 256 without classes": {
    kind: "adm",
    json: {
      ...adm,
      image_size: 256,
      num_channels: 256,
      num_head_channels: 64,
      num_res_blocks: 2,
      class_cond: false,
      noise_schedule: "linear",
    },
  },
  "ADM 512": {
    kind: "adm",
    json: {
      ...adm,
      image_size: 512,
      num_channels: 256,
      num_head_channels: 64,
      num_res_blocks: 2,
      class_cond: true,
      noise_schedule: "linear",
    },
  },
  "ADM classifier 64": {
    kind: "adm-classifier",
    json: { ...admClassifier, image_size: 64, classifier_depth: 4 },
  },
  "ADM classifier 128": { kind: "adm-classifier", json: { ...admClassifier, image_size: 128 } },
  "ADM classifier 256": { kind: "adm-classifier", json: { ...admClassifier, image_size: 256 } },
  "ADM classifier 512": { kind: "adm-classifier", json: { ...admClassifier, image_size: 512 } },
} as const satisfies Readonly<Record<string, PublishedNetwork>>;

/** By name. */
export const published: Readonly<Record<string, PublishedNetwork>> = networks;

export function publishedNetwork(name: keyof typeof networks): PublishedNetwork {
  return networks[name];
}
