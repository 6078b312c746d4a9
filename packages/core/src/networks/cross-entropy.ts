import type { GraphBuilder, Value } from "@glissade/graph";
import { GraphError, knownLength, tensor } from "@glissade/graph";

/**
 * log of the sum of exponentials over one axis, which stays with length 1. Nothing overflows and
 * the largest term never vanishes: the terms are shifted by their mean under softmax, which lies at
 * most log(n) below the result, rounded to a whole number, which has no derivative and needs none.
 */
export function logSumExp(g: GraphBuilder, x: Value, axis: number): Value {
  const mean = g.sum(g.mul(g.softmax(x, axis), x), [axis], { keepDims: true });
  const shift = g.cast(g.cast(mean, "int64"), "float32");
  return g.add(g.log(g.sum(g.exp(g.sub(x, shift)), [axis], { keepDims: true })), shift);
}

export function logSoftmax(g: GraphBuilder, x: Value, axis: number): Value {
  return g.sub(x, logSumExp(g, x, axis));
}

/** Classes [B] (int64, or whole float32 numbers) to rows [B, classes] of zeros with a one. */
export function oneHot(g: GraphBuilder, labels: Value, classes: number): Value {
  const column = g.reshape(g.cast(labels, "float32"), [...labels.dims, 1]);
  const numbers = g.constant(
    tensor(
      [1, classes],
      Float32Array.from({ length: classes }, (_, i) => i),
    ),
  );
  return g.where(g.cast(g.sub(column, numbers), "bool"), g.scalar(0), g.scalar(1));
}

/**
 * log p(label) for each row, with p the softmax of the logits: what a classifier is trained to
 * raise, and what classifier guidance follows.
 *
 * @param logits [B, classes]
 * @param labels [B] (int64)
 * @returns [B]
 */
export function labelLogProbability(g: GraphBuilder, logits: Value, labels: Value): Value {
  return g.sum(
    g.mul(logSoftmax(g, logits, 1), oneHot(g, labels, knownLength(logits.dims, 1))),
    [1],
  );
}

/**
 * Cross entropy of a batch, -log p(label) for each row [B]; take `meanOverBatch` of it for a loss.
 */
export function crossEntropy(g: GraphBuilder, logits: Value, labels: Value): Value {
  return g.mul(labelLogProbability(g, logits, labels), -1);
}

/**
 * The mean of one number a row [B], as a scalar. @throws GraphError where the batch's size is not
 * known when the graph is built.
 */
export function meanOverBatch(g: GraphBuilder, rows: Value): Value {
  if (rows.dims.length !== 1)
    throw new GraphError(
      `A mean over the batch takes one number a row; it was given the shape [${rows.dims.join(", ")}].`,
    );
  return g.div(g.sum(rows, [0]), knownLength(rows.dims, 0));
}
