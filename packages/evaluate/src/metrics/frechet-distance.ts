import { symmetricEigen } from "./symmetric-eigen.ts";

/** A normal distribution of vectors. */
export interface Gaussian {
  readonly mean: Float64Array;
  /** [size, size], row by row. */
  readonly covariance: Float64Array;
}

/**
 * The normal distribution with the mean and the covariance of samples (divided by their number less one).
 *
 * @throws where there are fewer than two
 */
export function gaussianFit(samples: readonly Float64Array[]): Gaussian {
  const [first] = samples;
  if (!first || samples.length < 2) throw new Error(`A normal distribution takes at least two samples, not ${samples.length}.`);
  const size = first.length;
  const mean = new Float64Array(size);
  for (const sample of samples) for (let i = 0; i < size; i++) mean[i] = at(mean, i) + at(sample, i) / samples.length;
  const covariance = new Float64Array(size * size);
  for (const sample of samples) {
    const offset = sample.map((value, i) => value - at(mean, i));
    for (let i = 0; i < size; i++) {
      const share = at(offset, i) / (samples.length - 1);
      for (let j = 0; j < size; j++) covariance[i * size + j] = at(covariance, i * size + j) + share * at(offset, j);
    }
  }
  return { mean, covariance };
}

/**
 * |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)): the squared distance between two normal distributions. The root's trace is taken of S1^(1/2) S2 S1^(1/2), which has the same eigenvalues and is symmetric.
 *
 * @see Dowson & Landau 1982, the Fréchet distance between multivariate normal distributions; Heusel et al. 2017, arXiv 1706.08500, equation 6
 */
export function frechetDistance(a: Gaussian, b: Gaussian): number {
  const size = a.mean.length;
  const root = squareRoot(a.covariance, size);
  const between = product(product(root, b.covariance, size), root, size);
  const traceOfRoot = symmetricEigen(between, size).values.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
  const means = a.mean.reduce((sum, value, i) => sum + (value - at(b.mean, i)) ** 2, 0);
  return means + trace(a.covariance, size) + trace(b.covariance, size) - 2 * traceOfRoot;
}

/** Of a matrix without negative eigenvalues, but for rounding. */
function squareRoot(matrix: Float64Array, size: number): Float64Array {
  const { values, vectors } = symmetricEigen(matrix, size);
  const roots = values.map((value) => Math.sqrt(Math.max(0, value)));
  const scaled = vectors.map((entry, i) => entry * at(roots, i % size));
  return product(scaled, transposed(vectors, size), size);
}

function product(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const result = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      const factor = at(a, i * size + k);
      for (let j = 0; j < size; j++) result[i * size + j] = at(result, i * size + j) + factor * at(b, k * size + j);
    }
  }
  return result;
}

function transposed(matrix: Float64Array, size: number): Float64Array {
  return matrix.map((_, i) => at(matrix, (i % size) * size + Math.floor(i / size)));
}

function trace(matrix: Float64Array, size: number): number {
  return Array.from({ length: size }, (_, i) => at(matrix, i * size + i)).reduce((sum, value) => sum + value, 0);
}

/** Indices are made by the loops above and lie inside. */
function at(values: Float64Array, index: number): number {
  return values[index] as number;
}
