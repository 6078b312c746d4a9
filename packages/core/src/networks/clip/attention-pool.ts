import type { Dim, GraphBuilder, Value } from "@glissade/graph";
import { pointwise } from "../layers.ts";
import { attention, splitQkvFirst } from "../unet/attention.ts";

/**
 * Attention pooling of ADM's classifier: the mean of all positions becomes position 0, a positional
 * table is added, and one attention layer reads the answer there.
 *
 * @param x [B, C, H, W]
 * @returns [B, outputs]
 * @see Dhariwal & Nichol 2021, section 4; Radford et al. 2021, section 2.4
 */
export function attentionPool(
  g: GraphBuilder,
  x: Value,
  prefix: string,
  { heads, outputs }: { heads: number; outputs: number },
): Value {
  const [batch, channels, height, width] = x.dims as [Dim, number, number, number];
  const area = height * width;
  const flat = g.reshape(x, [batch, channels, area]);
  const mean = g.div(g.sum(flat, [2], { keepDims: true }), area);
  const positioned = g.add(
    g.concat([mean, flat], 2),
    g.parameter(`${prefix}.positional_embedding`, [channels, area + 1]),
  );
  const qkv = pointwise(
    g,
    g.reshape(positioned, [batch, channels, 1, area + 1]),
    `${prefix}.qkv_proj`,
    3 * channels,
  );
  const attended = attention(
    g,
    splitQkvFirst(g, g.reshape(qkv, [batch, 3 * channels, area + 1]), heads),
  );
  const pooled = g.slice(g.reshape(attended, [batch, channels, 1, area + 1]), 3, 0, 1);
  return g.reshape(pointwise(g, pooled, `${prefix}.c_proj`, outputs), [batch, outputs]);
}
