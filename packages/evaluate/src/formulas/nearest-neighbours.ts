import type { Tensor } from "@glissade/core";
import { pace } from "./pace.ts";

/**
 * |a - b|^2 of row i of one table and row j of another, in float64 and without the cancellation of |a|^2 + |b|^2 - 2 ab.
 */
export function squaredDistance(
  a: Float32Array,
  i: number,
  b: Float32Array,
  j: number,
  dimensions: number,
): number {
  let sum = 0;
  const [fromA, fromB] = [i * dimensions, j * dimensions];
  for (let k = 0; k < dimensions; k++) {
    const difference = (a[fromA + k] as number) - (b[fromB + k] as number);
    sum += difference * difference;
  }
  return sum;
}

/**
 * The squared distance of every row to its k-th nearest other row, for several k at once.
 *
 * @param features `[N, D]` with more than the largest k rows
 * @param ks ascending, each from 1
 * @returns an array [N] for each k
 */
export async function neighbourRadii(
  features: Tensor,
  ks: readonly number[],
  signal?: AbortSignal,
): Promise<Float64Array[]> {
  const [count = 0, dimensions = 0] = features.dims;
  const most = Math.max(...ks);
  // each row's own, ascending
  const nearest = new Float64Array(count * most).fill(Number.POSITIVE_INFINITY);
  const pause = pace(signal);
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      const distance = squaredDistance(features.data, i, features.data, j, dimensions);
      insert(nearest, i * most, most, distance);
      insert(nearest, j * most, most, distance);
    }
    await pause();
  }
  return ks.map((k) =>
    Float64Array.from({ length: count }, (_, i) => nearest[i * most + k - 1] as number),
  );
}

/** Puts a value into an ascending list of fixed length, and drops the largest. */
function insert(lists: Float64Array, start: number, length: number, value: number): void {
  let place = start + length - 1;
  if (value >= (lists[place] as number)) return;
  for (; place > start && value < (lists[place - 1] as number); place--)
    lists[place] = lists[place - 1] as number;
  lists[place] = value;
}
