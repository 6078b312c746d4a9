import { InvalidArgumentError, type Tensor } from "@glissade/core";
import { shapeOfRows } from "./feature-rows.ts";

/** A normal distribution of vectors. */
export interface Gaussian {
  /** [D]. */
  readonly mean: Float64Array;
  /** [D, D], row by row. */
  readonly covariance: Float64Array;
  /** From how many vectors it was fitted. */
  readonly count: number;
}

/**
 * Mean and covariance of features that come batch after batch: no batch is kept, and the memory is
 * that of one [D, D] matrix. Batches are joined by the pairwise update, in float64, so that the
 * order of magnitude of the mean costs no digits.
 *
 * @see Chan, Golub & LeVeque 1979, Updating formulae and a pairwise algorithm for computing sample
 * variances, equation 2.1
 * @example
 * ```ts
 * const moments = new FeatureMoments(2048);
 * for await (const { pooled } of batches) moments.add(pooled);
 * const { mean, covariance } = moments.gaussian();
 * ```
 */
export class FeatureMoments {
  readonly dimensions: number;
  #count = 0;
  readonly #mean: Float64Array;
  /** Sums of products of offsets from the mean; the upper triangle alone. */
  readonly #products: Float64Array;

  constructor(dimensions: number) {
    this.dimensions = dimensions;
    this.#mean = new Float64Array(dimensions);
    this.#products = new Float64Array(dimensions * dimensions);
  }

  /**
   * @throws InvalidArgumentError where the features are no table of `dimensions` columns, or not
   * finite
   */
  add(features: Tensor): void {
    const { count, dimensions } = shapeOfRows("features", features);
    if (dimensions !== this.dimensions)
      throw new InvalidArgumentError({
        argument: "features",
        received: `${dimensions} dimensions`,
        expected: `${this.dimensions}, as those before`,
      });
    const mean = columnMeans(features.data, count, dimensions);
    const before = this.#count;
    this.#count += count;
    const offset = mean.map((value, i) => value - at(this.#mean, i));
    this.#addProducts(features.data, mean, count);
    this.#addOuter(offset, (before * count) / this.#count);
    for (let i = 0; i < dimensions; i++)
      this.#mean[i] = at(this.#mean, i) + (at(offset, i) * count) / this.#count;
  }

  /**
   * The distribution so far, its covariance divided by the number of vectors less one. @throws
   * InvalidArgumentError where there are fewer than two
   */
  gaussian(): Gaussian {
    const count = this.#count;
    if (count < 2)
      throw new InvalidArgumentError({
        argument: "features",
        received: `${count} vectors`,
        expected: "at least 2 for a covariance",
      });
    const { dimensions } = this;
    const covariance = new Float64Array(dimensions * dimensions);
    for (let i = 0; i < dimensions; i++) {
      for (let j = i; j < dimensions; j++)
        covariance[i * dimensions + j] = covariance[j * dimensions + i] =
          at(this.#products, i * dimensions + j) / (count - 1);
    }
    return { mean: this.#mean.slice(), covariance, count };
  }

  #addProducts(data: Float32Array, mean: Float64Array, count: number): void {
    const row = new Float64Array(this.dimensions);
    for (let k = 0; k < count; k++) {
      for (let i = 0; i < row.length; i++) row[i] = at(data, k * row.length + i) - at(mean, i);
      this.#addOuter(row, 1);
    }
  }

  #addOuter(row: Float64Array, weight: number): void {
    const { length } = row;
    const products = this.#products;
    for (let i = 0; i < length; i++) {
      const factor = weight * at(row, i);
      const start = i * length;
      for (let j = i; j < length; j++)
        products[start + j] = at(products, start + j) + factor * at(row, j);
    }
  }
}

/**
 * The normal distribution of a whole table of features, [N, D]. @throws InvalidArgumentError where
 * there are fewer than two rows, or they are not finite
 */
export function gaussianFit(features: Tensor): Gaussian {
  const moments = new FeatureMoments(shapeOfRows("features", features, 2).dimensions);
  moments.add(features);
  return moments.gaussian();
}

function columnMeans(data: Float32Array, count: number, dimensions: number): Float64Array {
  const sums = new Float64Array(dimensions);
  for (let k = 0; k < count; k++)
    for (let i = 0; i < dimensions; i++) sums[i] = at(sums, i) + at(data, k * dimensions + i);
  return sums.map((sum) => sum / count);
}

/** Indices are made by the loops above and lie inside. */
function at(values: Float64Array | Float32Array, index: number): number {
  return values[index] as number;
}
