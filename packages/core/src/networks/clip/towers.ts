import type { Dim, GraphBuilder, Value } from "@glissade/graph";
import { GraphError, knownLength, tensor } from "@glissade/graph";
import { oneHot } from "../cross-entropy.ts";
import { layerNorm } from "../layers.ts";
import type { ClipConfig, ClipTransformerShape } from "./config.ts";
import { clipTransformerBlock } from "./transformer-block.ts";

/**
 * Mean and deviation of red, green and blue over CLIP's training images, on the scale 0 to 255.
 */
const channelMeans = [122.77093945, 116.74601272, 104.09373519] as const;
const channelDeviations = [68.50053285, 66.63215831, 70.32316309] as const;

const layerNormNames = ["g", "b"] as const;

export interface ClipTowerOptions {
  /**
   * Put before every parameter's name, e.g. `"text_encoder."`: the towers' own names are alike.
   * Default none, as in the reference's two files.
   */
  readonly prefix?: string;
}

/**
 * The text tower: tokens [B, S] (int64; start, the text's, end, then anything) and their number [B]
 * (int64, start and end counted) to the embedding [B, embeddingChannels], not normalised, and the
 * features [B, width] of the end token that it is projected from. Attention is causal, so that what
 * follows the end token does not count.
 *
 * @see openai/glide-text2im, clip/encoders.py, TextEncoder; Radford et al. 2021, section 2.4
 */
export function clipTextTower(
  g: GraphBuilder,
  tokens: Value,
  lengths: Value,
  { text, embeddingChannels }: ClipConfig,
  { prefix = "" }: ClipTowerOptions = {},
): { embedding: Value; features: Value } {
  const { vocabularySize, textContext } = text;
  const width = widthOf(text);
  const batch = tokens.dims[0] as Dim;
  const table = g.parameter(`${prefix}blocks.input.w_voc`, [vocabularySize, width]);
  const embedded = g.add(
    g.gather(table, tokens),
    g.parameter(`${prefix}blocks.input.w_pos`, [textContext, width]),
  );
  const x = transformer(g, embedded, text, { prefix, causal: true });
  // a product with zeros and a one picks the row exactly
  const end = oneHot(g, g.sub(g.cast(lengths, "float32"), 1), textContext);
  const features = g.reshape(g.matmul(g.reshape(end, [batch, 1, textContext]), x), [batch, width]);
  return { embedding: project(g, features, prefix, embeddingChannels), features };
}

/**
 * The image tower: images [B, 3, H, W] in [-1, 1], noised to their timesteps [B] (float32, whole
 * steps of the original process), to the embedding [B, embeddingChannels], not normalised. The
 * timestep's row of a learned table takes the place of a class token; without timesteps in the
 * config there is one such row.
 *
 * @throws GraphError where timesteps are missing, or given to a CLIP that knows none
 * @see openai/glide-text2im, clip/encoders.py, ImageEncoder; Nichol et al. 2021, section 2.4;
 * Dosovitskiy et al. 2021, section 3.1
 */
export function clipImageTower(
  g: GraphBuilder,
  x: Value,
  timesteps: Value | undefined,
  { image, embeddingChannels }: ClipConfig,
  { prefix = "" }: ClipTowerOptions = {},
): Value {
  if ((timesteps === undefined) !== (image.timesteps === 0))
    throw new GraphError(
      timesteps
        ? "This CLIP sees clean images: it takes no timesteps."
        : "A noised CLIP needs the images' timesteps.",
    );
  const width = widthOf(image);
  const batch = x.dims[0] as Dim;
  const first = timesteps
    ? g.gather(
        g.parameter(`${prefix}blocks.input.w_t`, [image.timesteps, width]),
        g.cast(timesteps, "int64"),
      )
    : g.broadcastTo(g.parameter(`${prefix}blocks.input.pred_state`, [width]), [batch, width]);
  const patches = patchEmbedding(
    g,
    normalizeChannels(g, x),
    image.patchSize,
    `${prefix}blocks.input.patch_proj`,
    width,
  );
  const sequence = g.concat([g.reshape(first, [batch, 1, width]), patches], 1);
  const positioned = g.add(
    sequence,
    g.parameter(`${prefix}blocks.input.w_pos`, [knownLength(sequence.dims, 1), width]),
  );
  const h = transformer(
    g,
    layerNorm(g, positioned, `${prefix}blocks.input.ln`, layerNormNames),
    image,
    { prefix, causal: false },
  );
  return project(g, g.reshape(g.slice(h, 1, 0, 1), [batch, width]), prefix, embeddingChannels);
}

/** An embedding [B, E] divided by its length: cosines are then products. */
export function normalizeEmbedding(g: GraphBuilder, embedding: Value): Value {
  const length = g.sqrt(g.sum(g.mul(embedding, embedding), [1], { keepDims: true }));
  return g.div(embedding, g.add(length, 1e-12));
}

function widthOf({ heads, headChannels }: ClipTransformerShape): number {
  return heads * headChannels;
}

/** [-1, 1] to 0 to 255 and from there to mean 0 and deviation 1, in one step. */
function normalizeChannels(g: GraphBuilder, x: Value): Value {
  const scales = channelDeviations.map((deviation) => 127.5 / deviation);
  const shifts = channelMeans.map((mean, i) => (127.5 - mean) / (channelDeviations[i] as number));
  return g.add(
    g.mul(x, g.constant(tensor([3, 1, 1], scales))),
    g.constant(tensor([3, 1, 1], shifts)),
  );
}

/**
 * The reference's convolution whose stride is its kernel, as one product over patches [B, patches,
 * 3 · size²] in row-major order: its derivative is a product too.
 */
function patchEmbedding(
  g: GraphBuilder,
  x: Value,
  size: number,
  name: string,
  width: number,
): Value {
  const [batch, channels, rows, columns] = [
    x.dims[0] as Dim,
    knownLength(x.dims, 1),
    knownLength(x.dims, 2) / size,
    knownLength(x.dims, 3) / size,
  ];
  const cells = g.transpose(
    g.reshape(x, [batch, channels, rows, size, columns, size]),
    [0, 2, 4, 1, 3, 5],
  );
  const weight = g.reshape(g.parameter(name, [width, channels, size, size]), [
    width,
    channels * size ** 2,
  ]);
  return g.matmul(g.reshape(cells, [batch, rows * columns, channels * size ** 2]), weight, {
    transposeB: true,
  });
}

function transformer(
  g: GraphBuilder,
  x: Value,
  { layers, heads }: ClipTransformerShape,
  { prefix, causal }: { prefix: string; causal: boolean },
): Value {
  let h = x;
  for (let layer = 0; layer < layers; layer++)
    h = clipTransformerBlock(g, h, `${prefix}blocks.block_${layer}`, { heads, causal });
  return h;
}

/** Layer norm, then a matrix without bias. */
function project(g: GraphBuilder, features: Value, prefix: string, channels: number): Value {
  const weight = g.parameter(`${prefix}blocks.output.f.w`, [
    channels,
    knownLength(features.dims, 1),
  ]);
  return g.matmul(layerNorm(g, features, `${prefix}blocks.output.ln`, layerNormNames), weight, {
    transposeB: true,
  });
}
