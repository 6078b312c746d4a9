import { InvalidArgumentError } from "@glissade/core";
import { SingularValueDecomposition } from "ml-matrix";
import type { Gaussian } from "./feature-moments.ts";
import { pivotedCholesky } from "./pivoted-cholesky.ts";

/**
 * |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)): the squared distance between two normal distributions, which of Inception's features is called FID.
 *
 * With S1 = F F' and S2 = G G' the root's trace is the sum of the singular values of F' G. The
 * usual way over the eigenvalues of S1 S2 takes roots of their rounding errors, and half of the
 * digits are lost where a covariance is singular; this one has no root to take.
 *
 * @throws InvalidArgumentError where the distributions have not as many dimensions
 * @see Dowson & Landau 1982, The Fréchet distance between multivariate normal distributions; Heusel
 * et al. 2017, arXiv 1706.08500, equation 6
 * @example `frechetDistance(gaussianFit(reference), gaussianFit(samples))`
 */
export function frechetDistance(a: Gaussian, b: Gaussian): number {
  const size = a.mean.length;
  if (b.mean.length !== size)
    throw new InvalidArgumentError({
      argument: "b",
      received: `${b.mean.length} dimensions`,
      expected: `${size}, as a has`,
    });
  const between = pivotedCholesky(a.covariance, size)
    .transpose()
    .mmul(pivotedCholesky(b.covariance, size));
  const traceOfRoot = singularValues(between).reduce((sum, value) => sum + value, 0);
  const means = a.mean.reduce((sum, value, i) => sum + (value - at(b.mean, i)) ** 2, 0);
  return Math.max(
    0,
    means + trace(a.covariance, size) + trace(b.covariance, size) - 2 * traceOfRoot,
  ); // of equal sets rounding leaves a little below 0
}

function singularValues(matrix: ReturnType<typeof pivotedCholesky>): readonly number[] {
  return new SingularValueDecomposition(matrix, {
    computeLeftSingularVectors: false,
    computeRightSingularVectors: false,
    autoTranspose: true,
  }).diagonal;
}

function trace(matrix: Float64Array, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += at(matrix, i * size + i);
  return sum;
}

/** Indices are made by the loops above and lie inside. */
function at(values: Float64Array, index: number): number {
  return values[index] as number;
}
