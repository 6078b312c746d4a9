import type { Dim, GraphBuilder, Value } from "@glissade/graph";
import { knownLength } from "@glissade/graph";
import { layerNorm, linear } from "../layers.ts";
import { attention } from "../unet/attention.ts";

export interface TextTransformerConfig {
  /** Number of tokens of a row. */
  readonly textContext: number;
  readonly vocabularySize: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  /** A layer norm after the last block. */
  readonly finalLayerNorm: boolean;
  /** Where the mask is false, a learned embedding replaces token and position. */
  readonly padding: boolean;
}

/**
 * GLIDE's text transformer: tokens [B, S] (int64) and mask [B, S] (bool, true = real token) to the
 * features of every position [B, width, S] and the projection of the last position [B, projection]
 * that joins the timestep embedding. There is no attention mask: every position sees every other.
 *
 * @see Nichol et al. 2021, section 4.1
 */
export function textTransformer(
  g: GraphBuilder,
  tokens: Value,
  mask: Value,
  config: TextTransformerConfig,
  projection: number,
): { projected: Value; features: Value } {
  const { textContext, vocabularySize, width, layers, heads } = config;
  const batch = tokens.dims[0] as Dim;
  let x = g.add(
    g.gather(g.parameter("token_embedding.weight", [vocabularySize, width]), tokens),
    g.parameter("positional_embedding", [textContext, width]),
  );
  if (config.padding)
    x = g.where(
      g.reshape(mask, [batch, textContext, 1]),
      x,
      g.parameter("padding_embedding", [textContext, width]),
    );
  for (let layer = 0; layer < layers; layer++)
    x = transformerBlock(g, x, `transformer.resblocks.${layer}`, heads);
  if (config.finalLayerNorm) x = layerNorm(g, x, "final_ln");
  const last = g.reshape(g.slice(x, 1, textContext - 1, textContext), [batch, width]);
  return {
    projected: linear(g, last, "transformer_proj", projection),
    features: g.transpose(x, [0, 2, 1]),
  };
}

/**
 * One block on x [B, S, width]: pre-norm attention and a four times wider GELU layer, each added to
 * its input.
 */
export function transformerBlock(g: GraphBuilder, x: Value, prefix: string, heads: number): Value {
  const width = knownLength(x.dims, 2);
  const attended = g.add(
    x,
    linear(
      g,
      tokenAttention(
        g,
        linear(g, layerNorm(g, x, `${prefix}.ln_1`), `${prefix}.attn.c_qkv`, 3 * width),
        heads,
      ),
      `${prefix}.attn.c_proj`,
      width,
    ),
  );
  const hidden = g.gelu(
    linear(g, layerNorm(g, attended, `${prefix}.ln_2`), `${prefix}.mlp.c_fc`, 4 * width),
  );
  return g.add(attended, linear(g, hidden, `${prefix}.mlp.c_proj`, width));
}

/** Attention over rows [B, S, 3 width] whose last axis is split per head, then into q, k, v. */
function tokenAttention(g: GraphBuilder, qkv: Value, heads: number): Value {
  const [batch, positions, width3] = qkv.dims as [Dim, Dim, number];
  const channels = width3 / (3 * heads);
  const split = g.reshape(qkv, [batch, positions, heads, 3 * channels]);
  const part = (i: number) =>
    g.transpose(g.slice(split, 3, i * channels, (i + 1) * channels), [0, 2, 3, 1]);
  const attended = attention(g, { q: part(0), k: part(1), v: part(2) });
  return g.reshape(g.transpose(attended, [0, 3, 1, 2]), [batch, positions, heads * channels]);
}
