import type { Dim, GraphBuilder, Value } from "@glissade/graph";
import { knownLength, tensor } from "@glissade/graph";
import { layerNorm } from "../layers.ts";
import { attention } from "../unet/attention.ts";

const layerNormNames = ["g", "b"] as const;

/**
 * One block of GLIDE's noised CLIP on x [B, S, width]: pre-norm attention, then a four times wider
 * GELU layer, each added to its input. The text tower is causal.
 *
 * The reference pads the context to a multiple of 32 and masks the padding out; leaving the padding
 * away gives the same numbers.
 *
 * @see openai/glide-text2im, clip/encoders.py; Radford et al. 2021
 */
export function clipTransformerBlock(
  g: GraphBuilder,
  x: Value,
  prefix: string,
  { heads, causal }: { heads: number; causal: boolean },
): Value {
  const [batch, positions, width] = x.dims as [Dim, number, number];
  const normalized = layerNorm(g, x, `${prefix}.f_attn.ln`, layerNormNames);
  const split = (value: Value) =>
    g.transpose(g.reshape(value, [batch, positions, heads, width / heads]), [0, 2, 3, 1]);
  const q = split(affine(g, normalized, `${prefix}.f_attn.f_q`, width));
  const k = split(affine(g, normalized, `${prefix}.f_attn.f_k`, width, { bias: false }));
  const v = split(affine(g, normalized, `${prefix}.f_attn.f_v`, width));
  const attended = attention(
    g,
    { q, k, v },
    causal ? g.constant(causalMask(positions)) : undefined,
  );
  const joined = g.reshape(g.transpose(attended, [0, 3, 1, 2]), [batch, positions, width]);
  const h = g.add(x, affine(g, joined, `${prefix}.f_attn.f_c`, width));
  const hidden = g.gelu(
    affine(
      g,
      layerNorm(g, h, `${prefix}.f_mlp.ln`, layerNormNames),
      `${prefix}.f_mlp.f_1`,
      4 * width,
    ),
  );
  return g.add(h, affine(g, hidden, `${prefix}.f_mlp.f_2`, width));
}

/** A fully connected layer under CLIP's parameter names, `w` [out, in] and `b`. */
function affine(
  g: GraphBuilder,
  x: Value,
  prefix: string,
  outputs: number,
  { bias = true } = {},
): Value {
  const product = g.matmul(
    x,
    g.parameter(`${prefix}.w`, [outputs, knownLength(x.dims, x.dims.length - 1)]),
    { transposeB: true },
  );
  return bias ? g.add(product, g.parameter(`${prefix}.b`, [outputs])) : product;
}

/** Added to the scores: nothing up to the query's own position, -1e10 beyond it. */
function causalMask(positions: number) {
  return tensor(
    [positions, positions],
    Float32Array.from({ length: positions ** 2 }, (_, i) =>
      i % positions > Math.floor(i / positions) ? -1e10 : 0,
    ),
  );
}
