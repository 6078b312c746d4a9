import type { Dim, GraphBuilder, Value } from "@glissade/graph";
import { groupNorm, pointwise } from "../layers.ts";
import { attention, splitHeadsFirst, splitQkvFirst } from "../unet/attention.ts";

export interface AdmAttentionOptions {
  readonly heads: number;
  /**
   * The channels are all heads' q, then all k, then all v (guided-diffusion's new order), instead
   * of q, k, v of one head after another.
   */
  readonly qkvFirst: boolean;
}

/**
 * guided-diffusion's attention block on x [B, C, H, W]: every position attends to every other.
 * Dhariwal & Nichol 2021, section 3.
 */
export function admAttentionBlock(
  g: GraphBuilder,
  x: Value,
  prefix: string,
  { heads, qkvFirst }: AdmAttentionOptions,
): Value {
  const [batch, channels, height, width] = x.dims as [Dim, number, number, number];
  const qkv = g.reshape(
    pointwise(g, groupNorm(g, x, `${prefix}.norm`), `${prefix}.qkv`, 3 * channels),
    [batch, 3 * channels, height * width],
  );
  const attended = attention(
    g,
    qkvFirst ? splitQkvFirst(g, qkv, heads) : splitHeadsFirst(g, qkv, heads),
  );
  return g.add(x, pointwise(g, g.reshape(attended, x.dims), `${prefix}.proj_out`, channels));
}
