import { InvalidArgumentError } from "@glissade/graph";
import { ConfigFields } from "../config-fields.ts";
import type { UNetShape } from "../unet/unet-plan.ts";

/** What guided-diffusion's U-Net and its classifier have in common. */
export interface AdmShape extends UNetShape {
  /** Side of the square images in pixels, where the file says it. */
  readonly imageSize: number | undefined;
  readonly imageChannels: number;
  readonly scaleShiftNorm: boolean;
  /** The new attention order: all heads' q, then all k, then all v. */
  readonly qkvFirst: boolean;
}

/** What makes guided-diffusion's U-Net. */
export interface AdmConfig extends AdmShape {
  /** Twice the image's channels with learned variance: noise, then variance. */
  readonly outChannels: number;
  /** Classes that can be asked for; undefined for an unconditional network. */
  readonly classes: number | undefined;
}

/** What makes guided-diffusion's noised classifier, half a U-Net. */
export interface AdmClassifierConfig extends AdmShape {
  readonly classes: number;
  /** How the last feature map becomes logits: by an attention layer, or by its mean. */
  readonly pool: "attention" | "adaptive";
}

/**
 * The options that guided-diffusion has by default. The published models differ: see their model
 * card.
 */
export const admDefaults = {
  image_size: 64,
  num_channels: 128,
  num_res_blocks: 2,
  num_heads: 4,
  num_heads_upsample: -1,
  num_head_channels: -1,
  attention_resolutions: "16,8",
  channel_mult: "",
  class_cond: false,
  use_scale_shift_norm: true,
  resblock_updown: false,
  use_new_attention_order: false,
  learn_sigma: false,
} as const;

/** The options that guided-diffusion's classifier has by default. */
export const admClassifierDefaults = {
  image_size: 64,
  classifier_width: 128,
  classifier_depth: 2,
  classifier_attention_resolutions: "32,16,8",
  classifier_use_scale_shift_norm: true,
  classifier_resblock_updown: true,
  classifier_pool: "attention",
} as const;

const imageNetClasses = 1000;

const defaultMultipliers: Readonly<Record<number, readonly number[]>> = {
  64: [1, 2, 3, 4],
  128: [1, 1, 2, 3, 4],
  256: [1, 1, 2, 2, 4, 4],
  512: [0.5, 1, 1, 2, 2, 4, 4],
};

/**
 * Reads a U-Net's `config.json`. Both of guided-diffusion's forms are understood: the options of
 * `model_and_diffusion_defaults` (with `num_channels`; attention resolutions in pixels) and the
 * arguments of `UNetModel` (with `model_channels`; as downsampling factors).
 *
 * @throws InvalidArgumentError naming the field that is missing or out of range
 */
export function parseAdmConfig(json: unknown): AdmConfig {
  const fields = new ConfigFields(json);
  const shape = readShape(fields, fields.has("model_channels") ? networkNames : optionNames);
  const outChannels = (fields.boolean("learn_sigma", false) ? 2 : 1) * shape.imageChannels;
  return {
    ...shape,
    outChannels: fields.integer("out_channels", 1, 64, outChannels),
    classes:
      fields.has("num_classes") || fields.boolean("class_cond", false)
        ? fields.integer("num_classes", 1, 1_000_000, imageNetClasses)
        : undefined,
  };
}

/**
 * Reads a noised classifier's `config.json`: the options of `classifier_defaults` (with
 * `classifier_width`) or the arguments of `EncoderUNetModel` (with `model_channels`).
 *
 * @throws InvalidArgumentError naming the field that is missing or out of range
 */
export function parseAdmClassifierConfig(json: unknown): AdmClassifierConfig {
  const fields = new ConfigFields(json);
  const names = fields.has("model_channels") ? networkNames : classifierOptionNames;
  return {
    ...readShape(fields, names),
    classes: fields.integer(
      "out_channels",
      1,
      1_000_000,
      names.pixels ? imageNetClasses : undefined,
    ),
    pool: fields.oneOf(names.pool, ["attention", "adaptive"], "adaptive"),
  };
}

/** What the reference calls the same field in its three forms. */
interface FieldNames {
  readonly channels: string;
  readonly residualBlocks: string;
  readonly attention: string;
  readonly scaleShiftNorm: string;
  readonly residualResampling: string;
  readonly pool: string;
  /**
   * Attention resolutions are sides in pixels, not downsampling factors, and multipliers follow
   * from the image size.
   */
  readonly pixels: boolean;
  readonly headChannels: number;
}

const networkNames: FieldNames = {
  channels: "model_channels",
  residualBlocks: "num_res_blocks",
  attention: "attention_resolutions",
  scaleShiftNorm: "use_scale_shift_norm",
  residualResampling: "resblock_updown",
  pool: "pool",
  pixels: false,
  headChannels: -1,
};

const optionNames: FieldNames = { ...networkNames, channels: "num_channels", pixels: true };

const classifierOptionNames: FieldNames = {
  channels: "classifier_width",
  residualBlocks: "classifier_depth",
  attention: "classifier_attention_resolutions",
  scaleShiftNorm: "classifier_use_scale_shift_norm",
  residualResampling: "classifier_resblock_updown",
  pool: "classifier_pool",
  pixels: true,
  headChannels: 64,
};

function readShape(fields: ConfigFields, names: FieldNames): AdmShape {
  const imageSize =
    names.pixels || fields.has("image_size") ? fields.integer("image_size", 1, 4096) : undefined;
  const resolutions = fields.integers(names.attention, 1, 4096);
  const shape: AdmShape = {
    imageSize,
    imageChannels: fields.integer("in_channels", 1, 16, 3),
    modelChannels: fields.integer(names.channels, 1, 8192),
    residualBlocks: fields.integer(names.residualBlocks, 1, 64),
    attentionResolutions:
      names.pixels && imageSize !== undefined
        ? resolutions.map((pixels) => Math.floor(imageSize / pixels))
        : resolutions,
    channelMultipliers: fields.positives(
      "channel_mult",
      names.pixels && imageSize !== undefined ? defaultMultipliers[imageSize] : undefined,
    ),
    heads: fields.integer("num_heads", 1, 1024, 1),
    headChannels: fields.integer("num_head_channels", -1, 8192, names.headChannels),
    headsUpward: fields.integer("num_heads_upsample", -1, 1024, -1),
    scaleShiftNorm: fields.boolean(names.scaleShiftNorm, false),
    residualResampling: fields.boolean(names.residualResampling, false),
    qkvFirst: fields.boolean("use_new_attention_order", false),
  };
  assertDivisible(shape, names);
  return shape;
}

/**
 * Every normalisation has 32 groups, and heads must divide the channels where there is attention:
 * better said here than by a shape deep inside.
 */
function assertDivisible(
  { modelChannels, channelMultipliers, attentionResolutions, headChannels, heads }: AdmShape,
  names: FieldNames,
): void {
  channelMultipliers.forEach((multiplier, level) => {
    const channels = multiplier * modelChannels;
    if (channels % 32 !== 0)
      throw new InvalidArgumentError({
        argument: `config.${names.channels}`,
        received: modelChannels,
        expected: "a number that gives every level a multiple of 32 channels",
      });
    const attends =
      attentionResolutions.includes(2 ** level) || level === channelMultipliers.length - 1;
    if (attends && channels % (headChannels === -1 ? heads : headChannels) !== 0)
      throw new InvalidArgumentError({
        argument: headChannels === -1 ? "config.num_heads" : "config.num_head_channels",
        received: headChannels === -1 ? heads : headChannels,
        expected: `a divisor of the channels of every level with attention (${channels})`,
      });
  });
}
