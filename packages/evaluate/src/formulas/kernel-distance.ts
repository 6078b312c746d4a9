import { InvalidArgumentError, type Tensor } from "@glissade/core";
import { shapesOfRows } from "./feature-rows.ts";
import { pace } from "./pace.ts";
import { choose, seededIndices } from "./seeded-choice.ts";

export interface KernelDistanceOptions {
  /**
   * How many times a subset of both sets is drawn. Default 100, or 10 where a subset takes the
   * whole of the smaller set, and 1 where it takes both.
   */
  readonly subsets?: number;
  /** Rows of a subset. Default 1,000, or as many as the smaller set has. */
  readonly subsetSize?: number;
  /** Of the draw of subsets. Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/** The mean over subsets, and the standard deviation between them. */
export interface KernelDistance {
  readonly mean: number;
  readonly deviation: number;
  readonly subsetSize: number;
}

/**
 * The squared maximum mean discrepancy with the kernel (x y / D + 1)^3, unbiased: about 0 for sets
 * of one distribution, and sometimes below. Unlike the Fréchet distance it does not shrink with the
 * number of samples, so that few will do. Of Inception's features it is called KID.
 *
 * @param reference `[N, D]`
 * @param samples `[M, D]`
 * @throws InvalidArgumentError where features are not finite, there are fewer than two rows, or an
 * option is no positive whole number; the signal's reason where aborted
 * @see Bińkowski et al. 2018, arXiv 1801.01401, section 4
 */
export async function kernelDistance(
  reference: Tensor,
  samples: Tensor,
  options: KernelDistanceOptions = {},
): Promise<KernelDistance> {
  const [{ count: references, dimensions }, { count }] = shapesOfRows(reference, samples, 2);
  const { subsetSize = 1000, seed = 0, signal } = options;
  const smaller = Math.min(references, count);
  const subsets = options.subsets ?? (subsetSize < smaller ? 100 : 10);
  for (const [argument, value] of Object.entries({ subsets, subsetSize })) {
    if (!(Number.isSafeInteger(value) && value > 0))
      throw new InvalidArgumentError({ argument, received: value, expected: "a positive integer" });
  }
  const size = Math.max(2, Math.min(subsetSize, smaller));
  const draws = size === references && size === count ? 1 : subsets;
  const index = seededIndices(seed);
  const pause = pace(signal);
  const distances: number[] = [];
  for (let draw = 0; draw < draws; draw++) {
    const [a, b] = [
      pickRows(reference, choose(references, size, index), dimensions),
      pickRows(samples, choose(count, size, index), dimensions),
    ];
    const within =
      (await kernelSum(a, a, dimensions, pause)) + (await kernelSum(b, b, dimensions, pause));
    distances.push(
      within / (size * (size - 1)) - (2 * (await kernelSum(a, b, dimensions, pause))) / size ** 2,
    );
  }
  const mean = distances.reduce((sum, distance) => sum + distance, 0) / draws;
  const deviation = Math.sqrt(
    distances.reduce((sum, distance) => sum + (distance - mean) ** 2, 0) / draws,
  );
  return { mean, deviation, subsetSize: size };
}

/**
 * The sum of the kernel over all pairs of rows; of a set with itself, over the pairs of different
 * rows.
 */
async function kernelSum(
  a: Float64Array,
  b: Float64Array,
  dimensions: number,
  pause: () => Promise<void> | undefined,
): Promise<number> {
  const [rowsOfA, rowsOfB] = [a.length / dimensions, b.length / dimensions];
  let sum = 0;
  for (let i = 0; i < rowsOfA; i++) {
    const start = a === b ? i + 1 : 0;
    const weight = a === b ? 2 : 1;
    for (let j = start; j < rowsOfB; j++)
      sum += weight * (product(a, i, b, j, dimensions) / dimensions + 1) ** 3;
    await pause();
  }
  return sum;
}

function product(
  a: Float64Array,
  i: number,
  b: Float64Array,
  j: number,
  dimensions: number,
): number {
  let sum = 0;
  const [fromA, fromB] = [i * dimensions, j * dimensions];
  for (let k = 0; k < dimensions; k++) sum += (a[fromA + k] as number) * (b[fromB + k] as number);
  return sum;
}

function pickRows({ data }: Tensor, rows: Int32Array, dimensions: number): Float64Array {
  const picked = new Float64Array(rows.length * dimensions);
  rows.forEach((row, i) => {
    picked.set(data.subarray(row * dimensions, (row + 1) * dimensions), i * dimensions);
  });
  return picked;
}
