import { InvalidArgumentError, type Tensor } from "@glissade/core";
import { shapeOfRows } from "./feature-rows.ts";

export interface InceptionScoreOptions {
  /**
   * Rows of one split; the last may have fewer. Default 5,000, as in guided-diffusion's evaluator.
   */
  readonly splitSize?: number;
}

/**
 * exp of the mean KL divergence of each image's class probabilities from the mean of all: high
 * where every image is clearly of one class and all classes occur. Computed in splits of rows in
 * their order, whose scores are averaged.
 *
 * @param probabilities `[N, classes]`, each row summing to 1
 * @returns from 1 to the number of classes
 * @throws InvalidArgumentError where the rows are no probabilities or the split size is no positive
 * whole number
 * @see Salimans et al. 2016, arXiv 1606.03498, section 4
 */
export function inceptionScore(
  probabilities: Tensor,
  { splitSize = 5000 }: InceptionScoreOptions = {},
): number {
  const { count, dimensions } = shapeOfRows("probabilities", probabilities);
  if (!(Number.isSafeInteger(splitSize) && splitSize > 0))
    throw new InvalidArgumentError({
      argument: "splitSize",
      received: splitSize,
      expected: "a positive integer",
    });
  assertProbabilities(probabilities.data, dimensions);
  const scores: number[] = [];
  for (let start = 0; start < count; start += splitSize)
    scores.push(scoreOf(probabilities.data, start, Math.min(start + splitSize, count), dimensions));
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

function scoreOf(data: Float32Array, start: number, end: number, classes: number): number {
  const mean = new Float64Array(classes);
  for (let row = start; row < end; row++)
    for (let k = 0; k < classes; k++)
      mean[k] = at(mean, k) + at(data, row * classes + k) / (end - start);
  let divergence = 0;
  for (let row = start; row < end; row++) {
    for (let k = 0; k < classes; k++) {
      const p = at(data, row * classes + k);
      if (p > 0) divergence += p * (Math.log(p) - Math.log(at(mean, k))); // p log p is 0 at 0
    }
  }
  return Math.exp(divergence / (end - start));
}

/** How far the sum of a row of float32 may be from 1. */
const tolerance = 1e-3;

function assertProbabilities(data: Float32Array, classes: number): void {
  for (let row = 0; row < data.length / classes; row++) {
    const values = data.subarray(row * classes, (row + 1) * classes);
    const sum = values.reduce((total, value) => total + value, 0);
    if (Math.abs(sum - 1) <= tolerance && values.every((value) => value >= 0)) continue;
    throw new InvalidArgumentError({
      argument: "probabilities",
      received: `row ${row} with the sum ${sum}`,
      expected: "probabilities from 0 that sum to 1",
      hint: "Logits become probabilities by a softmax.",
    });
  }
}

/** Indices are made by the loops above and lie inside. */
function at(values: Float64Array | Float32Array, index: number): number {
  return values[index] as number;
}
