import { sizeOf, tensor } from "@glissade/graph";
import type { Tensor } from "@glissade/core";
import { torchGenerator } from "@glissade/core/random";
import { describeByConfig, type NetworkKind } from "../checkpoint-networks.ts";

type Json = Readonly<Record<string, unknown>>;

/**
 * The smallest network of GLIDE's form that the pipeline runs. Its tokens are a test's to choose.
 */
export const smallBase = {
  image_size: 8,
  num_channels: 32,
  num_res_blocks: 1,
  channel_mult: [1],
  attention_resolutions: [8],
  num_heads: 1,
  num_head_channels: 32,
  use_scale_shift_norm: true,
  resblock_updown: true,
  text_ctx: 8,
  xf_width: 32,
  xf_layers: 1,
  xf_heads: 2,
  xf_final_ln: true,
  xf_padding: true,
};

/** The smallest noised CLIP for its images, with OpenAI's tokens. */
export const smallClip = {
  image_size: 8,
  patch_size: 4,
  n_timesteps: 1000,
  n_vocab: 49_408,
  max_text_len: 8,
  n_embd: 8,
  n_head_state_text: 8,
  n_head_text: 1,
  n_xf_blocks_text: 1,
  n_head_state_image: 8,
  n_head_image: 1,
  n_xf_blocks_image: 1,
  logit_scale: 100,
};

/**
 * The smallest network of guided-diffusion's form, with three classes; its flags are those of the
 * published program.
 */
export const smallAdm = {
  image_size: 8,
  num_channels: 32,
  num_res_blocks: 1,
  channel_mult: "1",
  attention_resolutions: "8",
  num_heads: 1,
  class_cond: true,
  num_classes: 3,
  learn_sigma: true,
  noise_schedule: "linear",
};

/** Its classifier. */
export const smallClassifier = { image_size: 8, model_channels: 32, num_res_blocks: 1, channel_mult: [1], attention_resolutions: [1], num_heads: 1, out_channels: 3, pool: "attention" };

/** Every weight of a network, from seeded numbers. */
export function smallWeights(kind: NetworkKind, json: Json, seed = 1): Map<string, Tensor> {
  const noise = torchGenerator(seed);
  return new Map(
    [...describeByConfig(kind, json).parameters].map(([name, dims]) => [name, tensor(dims, noise.randn([sizeOf(dims)]).data.map((value) => value / 10))] as const),
  );
}
