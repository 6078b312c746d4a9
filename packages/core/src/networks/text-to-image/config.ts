import { InvalidArgumentError } from "@glissade/graph";
import { ConfigFields } from "../config-fields.ts";
import type { UNetShape } from "../unet/unet-plan.ts";
import type { TextTransformerConfig } from "./text-transformer.ts";

/**
 * What makes a GLIDE network: the arguments of the reference's `Text2ImUNet` and its three
 * variants.
 */
export interface TextToImageConfig extends UNetShape {
  /**
   * Channels of the images: 3. The variants' extra input channels follow from `superResolution` and
   * `inpainting`.
   */
  readonly imageChannels: number;
  /** 6 with learned variance: noise, then variance. */
  readonly outChannels: number;
  readonly scaleShiftNorm: boolean;
  /** Undefined for an unconditional network (`xf_width` 0). */
  readonly text: TextTransformerConfig | undefined;
  /** The network also sees a low-resolution image, resized bilinearly to its own size. */
  readonly superResolution: boolean;
  /** The network also sees the known part of an image and the mask (1 = known). */
  readonly inpainting: boolean;
  /**
   * Side in pixels of the squares that the U-Net sees as one position, their pixels as its
   * channels; 1 for the reference's networks. A larger one makes the same network several times as
   * cheap for images of a size.
   */
  readonly patchSize: number;
  /** Side of the square images in pixels, where the file says it. */
  readonly imageSize: number | undefined;
}

/** The published base model: 64 x 64 pixels, 385 million parameters. */
export const glideBase = {
  image_size: 64,
  num_channels: 192,
  num_res_blocks: 3,
  channel_mult: [1, 2, 3, 4],
  num_heads: 1,
  num_head_channels: 64,
  num_heads_upsample: -1,
  attention_resolutions: [32, 16, 8],
  text_ctx: 128,
  xf_width: 512,
  xf_layers: 16,
  xf_heads: 8,
  xf_final_ln: true,
  xf_padding: true,
  n_vocab: 50257,
  use_scale_shift_norm: true,
  resblock_updown: true,
  super_res: false,
  inpaint: false,
} as const;

/** The published upsampler: 64 to 256 pixels, 398 million parameters. */
export const glideUpsampler = {
  ...glideBase,
  image_size: 256,
  num_res_blocks: 2,
  channel_mult: [1, 1, 2, 2, 4, 4],
  super_res: true,
} as const;

/**
 * Reads a network's `config.json`, with the reference's own argument names. Both of its forms are
 * understood: the options of `model_and_diffusion_defaults` (with `image_size`;
 * `attention_resolutions` in pixels, or in patches where there is a `patch_size`) and the arguments
 * of the class (without; as downsampling factors).
 *
 * @throws InvalidArgumentError naming the field that is missing or out of range
 */
export function parseTextToImageConfig(json: unknown): TextToImageConfig {
  const read = new ConfigFields(json);
  const imageSize = read.has("image_size") ? read.integer("image_size", 1, 4096) : undefined;
  const channelMultipliers = read.integers(
    "channel_mult",
    1,
    64,
    imageSize === undefined ? undefined : defaultMultipliers[imageSize],
  );
  const patchSize = read.has("patch_size") ? read.integer("patch_size", 1, 64) : 1;
  const resolutions = read.integers("attention_resolutions", 1, 4096);
  const config: TextToImageConfig = {
    imageChannels: read.integer("in_channels", 1, 16, 3),
    modelChannels: read.integer(
      read.has("num_channels") ? "num_channels" : "model_channels",
      1,
      8192,
    ),
    outChannels: read.integer("out_channels", 1, 64, 6),
    residualBlocks: read.integer("num_res_blocks", 1, 64),
    attentionResolutions:
      imageSize === undefined
        ? resolutions
        : resolutions.map((pixels) => Math.floor(imageSize / patchSize / pixels)),
    channelMultipliers,
    heads: read.integer("num_heads", 1, 1024, 1),
    headChannels: read.integer("num_head_channels", -1, 8192, -1),
    headsUpward: read.integer("num_heads_upsample", -1, 1024, -1),
    scaleShiftNorm: read.boolean("use_scale_shift_norm", false),
    residualResampling: read.boolean("resblock_updown", false),
    text: read.integer("xf_width", 0, 65536, 0) === 0 ? undefined : readTextConfig(read),
    superResolution: read.boolean("super_res", false),
    inpainting: read.boolean("inpaint", false),
    patchSize,
    imageSize,
  };
  assertGroups(config);
  return config;
}

const defaultMultipliers: Readonly<Record<number, readonly number[]>> = {
  64: [1, 2, 3, 4],
  128: [1, 1, 2, 3, 4],
  256: [1, 1, 2, 2, 4, 4],
};

function readTextConfig(read: ConfigFields): TextTransformerConfig {
  return {
    textContext: read.integer("text_ctx", 1, 4096),
    vocabularySize: read.integer("n_vocab", 1, 1_000_000, 50257),
    width: read.integer("xf_width", 1, 65536),
    layers: read.integer("xf_layers", 1, 1024),
    heads: read.integer("xf_heads", 1, 1024),
    finalLayerNorm: read.boolean("xf_final_ln", false),
    padding: read.boolean("xf_padding", false),
  };
}

/**
 * Every normalisation has 32 groups, and heads must divide the channels: better said here than by a
 * shape deep inside.
 */
function assertGroups({
  modelChannels,
  channelMultipliers,
  headChannels,
  text,
}: TextToImageConfig): void {
  for (const multiplier of channelMultipliers) {
    const channels = multiplier * modelChannels;
    if (channels % 32 !== 0)
      throw new InvalidArgumentError({
        argument: "config.num_channels",
        received: modelChannels,
        expected: "a number that gives every level a multiple of 32 channels",
      });
    if (headChannels !== -1 && channels % headChannels !== 0)
      throw new InvalidArgumentError({
        argument: "config.num_head_channels",
        received: headChannels,
        expected: `a divisor of every level's channels (${channels})`,
      });
  }
  if (text && text.width % text.heads !== 0)
    throw new InvalidArgumentError({
      argument: "config.xf_heads",
      received: text.heads,
      expected: `a divisor of xf_width (${text.width})`,
    });
}
