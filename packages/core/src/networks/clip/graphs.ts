import type { Dim, Graph } from "@glissade/graph";
import { GraphBuilder, gradient, simplify, type Value } from "@glissade/graph";
import { logSumExp, meanOverBatch } from "../cross-entropy.ts";
import type { ClipConfig } from "./config.ts";
import { clipImageTower, clipTextTower, normalizeEmbedding } from "./towers.ts";

/**
 * CLIP's text half, run once a prompt. Inputs `tokens` [batch, S] and `lengths` [batch] (both
 * int64). Outputs `raw` and `normalized` [batch, embeddingChannels], the embedding before and after
 * the division by its length, and `features` [batch, width], what it was projected from.
 */
export function clipTextGraph(config: ClipConfig): Graph {
  const g = new GraphBuilder();
  const { embedding, features } = clipTextTower(g, ...textInputs(g, config, "batch"), config);
  g.output("raw", embedding);
  g.output("normalized", normalizeEmbedding(g, embedding));
  g.output("features", features);
  return simplify(g.build());
}

/**
 * CLIP's image half. Inputs `x` [batch, 3, H, W] in [-1, 1] and, for a noised CLIP, `timesteps`
 * [batch] (float32, whole steps of the original process). Outputs `raw` and `normalized` [batch,
 * embeddingChannels].
 */
export function clipImageGraph(config: ClipConfig): Graph {
  const g = new GraphBuilder();
  const embedding = clipImageTower(g, ...imageInputs(g, config, "batch"), config);
  g.output("raw", embedding);
  g.output("normalized", normalizeEmbedding(g, embedding));
  return simplify(g.build());
}

/**
 * One step's work of CLIP guidance: how well noisy images fit their texts, and in which direction
 * they would fit better. The text half is not part of it.
 *
 * Inputs `x` and `timesteps` as for `clipImageGraph`, `text` [batch, embeddingChannels] (the
 * `normalized` output of `clipTextGraph`), and `scale` [batch] (float32), by which each row's
 * gradient is multiplied (the reference's `grad_scale`). Outputs `similarity` [batch], logitScale ·
 * f(x_t, t) · g(c), and `grad.x` [batch, 3, H, W], scale times its derivative.
 *
 * @see Nichol et al. 2021, section 2.4
 */
export function clipGuidanceGraph(config: ClipConfig): Graph {
  const g = new GraphBuilder();
  const image = normalizeEmbedding(
    g,
    clipImageTower(g, ...imageInputs(g, config, "batch"), config),
  );
  const text = g.input("text", ["batch", config.embeddingChannels]);
  g.output("similarity", pairSimilarity(g, image, text, config.logitScale));
  return gradient(g.build(), { of: "similarity", withRespectTo: ["x"], cotangent: "scale" });
}

export interface ClipContrastiveGraphOptions {
  /** Pairs of a batch, each of which is told apart from all the others. */
  readonly batch: number;
  /**
   * Learn the logit scale, as the parameter `logit_scale` [] (its logarithm); otherwise it stays
   * the config's.
   */
  readonly learnLogitScale?: boolean;
}

/**
 * Both towers and the loss that trains them, for `gradient` to be applied to. Inputs `x`,
 * `timesteps`, `tokens` and `lengths`, row i of each one pair. Outputs `loss` (a scalar), and the
 * normalised embeddings `image` and `text` [batch, embeddingChannels]. The towers' parameters are
 * named as in the reference, after `image_encoder.` and `text_encoder.`.
 */
export function clipContrastiveGraph(
  config: ClipConfig,
  { batch, learnLogitScale = false }: ClipContrastiveGraphOptions,
): Graph {
  const g = new GraphBuilder();
  const image = normalizeEmbedding(
    g,
    clipImageTower(g, ...imageInputs(g, config, batch), config, { prefix: "image_encoder." }),
  );
  const { embedding } = clipTextTower(g, ...textInputs(g, config, batch), config, {
    prefix: "text_encoder.",
  });
  const text = normalizeEmbedding(g, embedding);
  const scale = learnLogitScale
    ? g.exp(g.parameter("logit_scale", []))
    : g.scalar(config.logitScale);
  g.output("loss", clipContrastiveLoss(g, image, text, scale));
  g.output("image", image);
  g.output("text", text);
  return simplify(g.build());
}

/**
 * CLIP's symmetric loss: the mean cross entropy of finding each image's text among all texts of
 * the batch and each text's image among all images.
 *
 * @param image normalised embeddings [B, E]
 * @param text normalised embeddings [B, E], row i belonging to image i
 * @param scale by what cosines are multiplied to become logits
 * @see Radford et al. 2021, figure 3
 */
export function clipContrastiveLoss(
  g: GraphBuilder,
  image: Value,
  text: Value,
  scale: Value,
): Value {
  const logits = g.mul(g.matmul(image, text, { transposeB: true }), scale);
  const rows = (axis: number) => g.reshape(logSumExp(g, logits, axis), [image.dims[0] as Dim]);
  const surprise = g.mul(g.add(rows(0), rows(1)), 0.5);
  return meanOverBatch(g, g.sub(surprise, pairSimilarity(g, image, text, scale)));
}

/** scale · cosine of each row's pair, [B]. */
export function pairSimilarity(
  g: GraphBuilder,
  image: Value,
  text: Value,
  scale: Value | number,
): Value {
  return g.mul(g.sum(g.mul(image, text), [1]), scale);
}

function textInputs(
  g: GraphBuilder,
  { text }: ClipConfig,
  batch: Dim,
): [tokens: Value, lengths: Value] {
  return [
    g.input("tokens", [batch, text.textContext], "int64"),
    g.input("lengths", [batch], "int64"),
  ];
}

function imageInputs(
  g: GraphBuilder,
  { image }: ClipConfig,
  batch: Dim,
): [x: Value, timesteps: Value | undefined] {
  const x = g.input("x", [batch, 3, image.imageSize, image.imageSize]);
  return [x, image.timesteps === 0 ? undefined : g.input("timesteps", [batch])];
}
