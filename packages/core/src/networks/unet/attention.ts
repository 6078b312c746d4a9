import type { Dim, GraphBuilder, Value } from "@glissade/graph";
import { knownLength } from "@glissade/graph";

/** Queries, keys or values: [B, heads, channels per head, positions]. */
export interface QueryKeyValue {
  readonly q: Value;
  readonly k: Value;
  readonly v: Value;
}

/**
 * Scaled dot-product attention: softmax(qᵀk / sqrt(channels)) over the keys, applied to the values.
 *
 * The reference multiplies q and k by channels^(-1/4) each, which matters only in half precision;
 * here q takes the whole factor.
 *
 * @returns [B, heads, channels per head, queries]
 * @see Vaswani et al. 2017, equation 1
 */
export function attention(g: GraphBuilder, { q, k, v }: QueryKeyValue, mask?: Value): Value {
  const channels = knownLength(q.dims, 2);
  const scores = g.matmul(g.mul(q, channels ** -0.5), k, { transposeA: true });
  const weights = g.softmax(mask ? g.add(scores, mask) : scores, 3);
  return g.matmul(v, weights, { transposeB: true });
}

/**
 * Splits [B, 3C, T] into heads. Each head's channels are its q, k, v one after the other: GLIDE's
 * order, and guided-diffusion's "legacy" one.
 */
export function splitHeadsFirst(g: GraphBuilder, qkv: Value, heads: number): QueryKeyValue {
  const [batch, width, positions] = qkv.dims as [Dim, number, Dim];
  const channels = width / (3 * heads);
  const split = g.reshape(qkv, [batch, heads, 3 * channels, positions]);
  const part = (i: number) => g.slice(split, 2, i * channels, (i + 1) * channels);
  return { q: part(0), k: part(1), v: part(2) };
}

/**
 * Splits [B, 3C, T] into all heads' q, then all k, then all v: guided-diffusion's new order, and
 * its attention pooling's.
 */
export function splitQkvFirst(g: GraphBuilder, qkv: Value, heads: number): QueryKeyValue {
  const [batch, width, positions] = qkv.dims as [Dim, number, Dim];
  const part = (i: number) =>
    g.reshape(g.slice(qkv, 1, (i * width) / 3, ((i + 1) * width) / 3), [
      batch,
      heads,
      width / (3 * heads),
      positions,
    ]);
  return { q: part(0), k: part(1), v: part(2) };
}

/**
 * The text's keys and values [B, 2C, S], per head k then v, as the image's own keys and values can
 * be joined to them.
 */
export function splitTextHeads(
  g: GraphBuilder,
  textKv: Value,
  heads: number,
): { k: Value; v: Value } {
  const [batch, width, positions] = textKv.dims as [Dim, number, Dim];
  const channels = width / (2 * heads);
  const split = g.reshape(textKv, [batch, heads, 2 * channels, positions]);
  return { k: g.slice(split, 2, 0, channels), v: g.slice(split, 2, channels, 2 * channels) };
}

/**
 * GLIDE's attention kernel: the text's keys and values come before the image's own, so that one
 * softmax weighs both.
 *
 * @param qkv [B, 3C, T], grouped per head
 * @param textKv [B, 2C, S], grouped per head
 * @returns [B, C, T]
 * @see Nichol et al. 2021, section 4.1: text features "concatenated to the attention context at
 * each layer"
 */
export function glideAttention(
  g: GraphBuilder,
  qkv: Value,
  textKv: Value | undefined,
  heads: number,
): Value {
  const [batch, width, positions] = qkv.dims as [Dim, number, Dim];
  const { q, k, v } = splitHeadsFirst(g, qkv, heads);
  const text = textKv && splitTextHeads(g, textKv, heads);
  const joined = text
    ? { q, k: g.concat([text.k, k], 3), v: g.concat([text.v, v], 3) }
    : { q, k, v };
  return g.reshape(attention(g, joined), [batch, width / 3, positions]);
}
