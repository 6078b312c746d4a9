/** Eigenvalues of a symmetric matrix with their vectors, in no particular order. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  /** [size, size], row by row; column k belongs to value k. The columns are orthonormal. */
  readonly vectors: Float64Array;
}

/** Convergence is quadratic at the end: matrices of some hundred rows need about ten. */
const mostSweeps = 60;

/**
 * The cyclic Jacobi method: every pair of rows in turn is rotated so that the entry where they cross becomes 0, until all entries off the diagonal are. Slow for large
 * matrices, and as exact as the numbers allow for small ones.
 *
 * @param matrix [size, size], row by row
 * @see Golub & Van Loan, Matrix Computations, section 8.5
 */
export function symmetricEigen(matrix: Float64Array, size: number): SymmetricEigen {
  const a = matrix.slice();
  const vectors = identity(size);
  const negligible = 1e-30 * sumOfSquares(a);
  for (let sweep = 0; sweep < mostSweeps && offDiagonal(a, size) > negligible; sweep++) {
    for (let p = 0; p < size - 1; p++) for (let q = p + 1; q < size; q++) rotate(a, vectors, size, p, q);
  }
  return { values: Float64Array.from({ length: size }, (_, i) => at(a, i * size + i)), vectors };
}

/** a := J' a J and vectors := vectors J, with the rotation J of the plane (p, q) that makes a[p, q] zero. */
function rotate(a: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const crossing = at(a, p * size + q);
  if (crossing === 0) return;
  // The smaller of both angles that do: t = tan, a root of t^2 + 2 tau t - 1 = 0.
  const tau = (at(a, q * size + q) - at(a, p * size + p)) / (2 * crossing);
  const t = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.hypot(1, tau));
  const cosine = 1 / Math.hypot(1, t);
  const sine = t * cosine;
  for (let k = 0; k < size; k++) mix(a, k * size + p, k * size + q, cosine, sine);
  for (let k = 0; k < size; k++) mix(a, p * size + k, q * size + k, cosine, sine);
  for (let k = 0; k < size; k++) mix(vectors, k * size + p, k * size + q, cosine, sine);
}

function mix(values: Float64Array, p: number, q: number, cosine: number, sine: number): void {
  const [u, v] = [at(values, p), at(values, q)];
  values[p] = cosine * u - sine * v;
  values[q] = sine * u + cosine * v;
}

function identity(size: number): Float64Array {
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) matrix[i * size + i] = 1;
  return matrix;
}

function offDiagonal(a: Float64Array, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) if (i !== j) sum += at(a, i * size + j) ** 2;
  return sum;
}

function sumOfSquares(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value ** 2, 0);
}

/** Indices are made by the loops above and lie inside. */
function at(values: Float64Array, index: number): number {
  return values[index] as number;
}
