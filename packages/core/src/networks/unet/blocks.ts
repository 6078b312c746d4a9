import type { Dim, GraphBuilder, Value } from "@glissade/graph";
import { knownLength } from "@glissade/graph";
import { convolution, groupNorm, linear, pointwise } from "../layers.ts";
import { attention, glideAttention, splitQkvFirst } from "./attention.ts";

export type Resampling = "up" | "down";

export interface ResidualBlockOptions {
  readonly outChannels: number;
  /**
   * The embedding scales and shifts the normalised features (FiLM) instead of being added to them.
   */
  readonly scaleShiftNorm: boolean;
  /** Resample by 2 between the activation and the first convolution, and in the skip path. */
  readonly resampling?: Resampling;
}

/**
 * Residual block of ADM: norm, SiLU, convolution, embedding, norm, SiLU, convolution, plus the
 * input.
 *
 * @param x [B, C, H, W]
 * @param embedding [B, E], before its SiLU
 * @see Dhariwal & Nichol 2021, section 3 and appendix A (adaptive group normalisation; BigGAN's up-
 * and downsampling)
 */
export function residualBlock(
  g: GraphBuilder,
  x: Value,
  embedding: Value,
  prefix: string,
  { outChannels, scaleShiftNorm, resampling }: ResidualBlockOptions,
): Value {
  const channels = knownLength(x.dims, 1);
  const activated = g.silu(groupNorm(g, x, `${prefix}.in_layers.0`));
  const h = convolution(
    g,
    resample(g, activated, resampling),
    `${prefix}.in_layers.2`,
    outChannels,
  );

  const width = scaleShiftNorm ? 2 * outChannels : outChannels;
  const projected = linear(g, g.silu(embedding), `${prefix}.emb_layers.1`, width);
  const conditioned = scaleShiftNorm
    ? scaledAndShiftedNorm(g, h, projected, `${prefix}.out_layers.0`)
    : groupNorm(
        g,
        g.add(h, g.reshape(projected, [...projected.dims, 1, 1])),
        `${prefix}.out_layers.0`,
      );
  const residual = convolution(g, g.silu(conditioned), `${prefix}.out_layers.3`, outChannels);

  const skip = resample(g, x, resampling);
  return g.add(
    channels === outChannels
      ? skip
      : convolution(g, skip, `${prefix}.skip_connection`, outChannels, { kernel: 1 }),
    residual,
  );
}

/**
 * norm(h) · (1 + scale) + shift, with scale and shift the two halves of the projected embedding [B,
 * 2C]. The norm's own weight and bias go into one affine map an image: weight (1 + scale) and bias
 * (1 + scale) + shift.
 */
function scaledAndShiftedNorm(g: GraphBuilder, h: Value, projected: Value, prefix: string): Value {
  const channels = knownLength(h.dims, 1);
  const scale = g.add(g.slice(projected, 1, 0, channels), 1);
  const shift = g.slice(projected, 1, channels, 2 * channels);
  const [weight, bias] = [
    g.parameter(`${prefix}.weight`, [channels]),
    g.parameter(`${prefix}.bias`, [channels]),
  ];
  return g.groupNorm(h, g.mul(weight, scale), g.add(g.mul(bias, scale), shift));
}

/** Nearest-neighbour doubling, or the mean of 2 x 2 squares. */
export function resample(g: GraphBuilder, x: Value, resampling: Resampling | undefined): Value {
  if (resampling === undefined) return x;
  return resampling === "up" ? g.upsampleNearest(x, 2) : g.averagePool(x, 2);
}

export interface AttentionBlockOptions {
  readonly heads: number;
  /** The text's keys and values for this block [B, 2C, S]: `textKeysAndValues`. */
  readonly textKv?: Value | undefined;
  /**
   * The channels of `qkv` are all heads' q, then all k, then all v (guided-diffusion's new order),
   * instead of q, k, v of one head after another (GLIDE's). Not together with a text. Default false.
   */
  readonly qkvFirst?: boolean;
}

/**
 * Attention block of a U-Net: every position attends to every other, and to the text if there is
 * one.
 *
 * @param x [B, C, H, W]
 * @see Dhariwal & Nichol 2021, section 3; for the text Nichol et al. 2021, section 4.1
 */
export function attentionBlock(
  g: GraphBuilder,
  x: Value,
  prefix: string,
  { heads, textKv, qkvFirst = false }: AttentionBlockOptions,
): Value {
  const [batch, channels, height, width] = x.dims as [Dim, number, number, number];
  const qkv = g.reshape(
    pointwise(g, groupNorm(g, x, `${prefix}.norm`), `${prefix}.qkv`, 3 * channels),
    [batch, 3 * channels, height * width],
  );
  const attended = qkvFirst
    ? attention(g, splitQkvFirst(g, qkv, heads))
    : glideAttention(g, qkv, textKv, heads);
  return g.add(x, pointwise(g, g.reshape(attended, x.dims), `${prefix}.proj_out`, channels));
}

/**
 * An attention block's projection of the text features [B, W, S] to keys and values [B, 2C, S]: the
 * same at every step of a generation.
 */
export function textKeysAndValues(
  g: GraphBuilder,
  features: Value,
  prefix: string,
  channels: number,
): Value {
  const [batch, width, positions] = features.dims as [Dim, number, number];
  return g.reshape(
    pointwise(
      g,
      g.reshape(features, [batch, width, 1, positions]),
      `${prefix}.encoder_kv`,
      2 * channels,
    ),
    [batch, 2 * channels, positions],
  );
}
