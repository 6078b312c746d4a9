import { InvalidArgumentError } from "@glissade/graph";
import { ConfigFields } from "../config-fields.ts";

/** A stack of CLIP's transformer blocks; its width is `heads * headChannels`. */
export interface ClipTransformerShape {
  readonly layers: number;
  readonly heads: number;
  readonly headChannels: number;
}

export interface ClipTextConfig extends ClipTransformerShape {
  readonly vocabularySize: number;
  /** Number of tokens of a row. */
  readonly textContext: number;
}

export interface ClipImageConfig extends ClipTransformerShape {
  /** Side of the square images in pixels. */
  readonly imageSize: number;
  readonly patchSize: number;
  /**
   * Steps of the original process that the table of timesteps has rows for; 0 for a CLIP that sees
   * clean images.
   */
  readonly timesteps: number;
}

/** What makes GLIDE's noised CLIP: two towers that meet in one space. */
export interface ClipConfig {
  /** Channels of the space in which images and texts are compared. */
  readonly embeddingChannels: number;
  /**
   * By what a cosine is multiplied to become a logit: the exponential of the reference's
   * `logit_scale` parameter.
   */
  readonly logitScale: number;
  readonly text: ClipTextConfig;
  readonly image: ClipImageConfig;
}

/**
 * The published noised CLIP (ViT-B, filtered): 64 x 64 pixels in patches of 4, 86.4 million
 * parameters for images and 71.7 million for texts.
 */
export const glideClip = {
  logit_scale: 100,
  n_timesteps: 1000,
  image_size: 64,
  patch_size: 4,
  n_vocab: 65536,
  max_text_len: 77,
  n_embd: 512,
  n_head_state_text: 64,
  n_head_text: 8,
  n_xf_blocks_text: 12,
  n_head_state_image: 64,
  n_head_image: 12,
  n_xf_blocks_image: 12,
} as const;

/**
 * Reads a CLIP's `config.json`, with the names of the reference's `config.yaml`.
 *
 * @throws InvalidArgumentError naming the field that is missing or out of range
 * @see openai/glide-text2im, clip/config.yaml
 */
export function parseClipConfig(json: unknown): ClipConfig {
  const fields = new ConfigFields(json);
  const transformer = (tower: "text" | "image"): ClipTransformerShape => ({
    layers: fields.integer(`n_xf_blocks_${tower}`, 1, 1024),
    heads: fields.integer(`n_head_${tower}`, 1, 1024),
    headChannels: fields.integer(`n_head_state_${tower}`, 1, 8192, 64),
  });
  const config: ClipConfig = {
    embeddingChannels: fields.integer("n_embd", 1, 65536),
    logitScale: fields.positive("logit_scale", 100),
    text: {
      vocabularySize: fields.integer("n_vocab", 3, 1_000_000),
      textContext: fields.integer("max_text_len", 2, 4096),
      ...transformer("text"),
    },
    image: {
      imageSize: fields.integer("image_size", 1, 4096),
      patchSize: fields.integer("patch_size", 1, 4096),
      timesteps: fields.integer("n_timesteps", 0, 1_000_000, 0),
      ...transformer("image"),
    },
  };
  const { imageSize, patchSize } = config.image;
  if (imageSize % patchSize !== 0)
    throw new InvalidArgumentError({
      argument: "config.patch_size",
      received: patchSize,
      expected: `a divisor of image_size (${imageSize})`,
    });
  return config;
}
