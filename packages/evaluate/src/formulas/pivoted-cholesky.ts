import { Matrix } from "ml-matrix";

/**
 * A factor F of a symmetric matrix without negative eigenvalues, S = F F', as wide as the matrix
 * has rank: a covariance of fewer vectors than dimensions is singular, and plain Cholesky
 * decomposition breaks down on it. Where the largest diagonal entry of what is left is rounding,
 * the rest is left out.
 *
 * @param matrix [size, size], row by row
 * @returns [size, rank]
 * @see Higham 2002, Accuracy and Stability of Numerical Algorithms, section 10.3
 */
export function pivotedCholesky(matrix: Float64Array, size: number): Matrix {
  const columns: Float64Array[] = [];
  // the diagonal of what is not factored yet
  const left = Float64Array.from({ length: size }, (_, i) => at(matrix, i * size + i));
  const negligible =
    size * Number.EPSILON * left.reduce((largest, value) => Math.max(largest, value), 0);
  for (let step = 0; step < size; step++) {
    const pivot = left.reduce((best, value, i) => (value > at(left, best) ? i : best), 0);
    if (!(at(left, pivot) > negligible)) break;
    const column = nextColumn(matrix, size, columns, pivot, Math.sqrt(at(left, pivot)));
    columns.push(column);
    for (let i = 0; i < size; i++) left[i] = at(left, i) - at(column, i) ** 2;
    left[pivot] = 0;
  }
  return new Matrix(columns.length === 0 ? [new Float64Array(size)] : columns).transpose();
}

/**
 * Column `pivot` of what the columns before leave of the matrix, divided by the root of its
 * diagonal entry.
 */
function nextColumn(
  matrix: Float64Array,
  size: number,
  columns: readonly Float64Array[],
  pivot: number,
  root: number,
): Float64Array {
  const column = matrix.slice(pivot * size, (pivot + 1) * size);
  for (const before of columns) {
    const factor = at(before, pivot);
    if (factor === 0) continue;
    for (let i = 0; i < size; i++) column[i] = at(column, i) - factor * at(before, i);
  }
  return column.map((value) => value / root);
}

/** Indices are made by the loops above and lie inside. */
function at(values: Float64Array, index: number): number {
  return values[index] as number;
}
