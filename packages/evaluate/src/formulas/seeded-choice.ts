import { mt19937 } from "@glissade/core/random";

/** Whole numbers from 0 to less than a bound, evenly distributed, always the same for a seed. */
export function seededIndices(seed: number): (bound: number) => number {
  const next = mt19937(seed);
  return (bound) => Math.floor((next() / 2 ** 32) * bound);
}

/**
 * `count` different whole numbers below `total`, in random order (the first steps of a Fisher-Yates
 * shuffle).
 */
export function choose(total: number, count: number, index: (bound: number) => number): Int32Array {
  const all = Int32Array.from({ length: total }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const other = i + index(total - i);
    [all[i], all[other]] = [all[other] as number, all[i] as number];
  }
  return all.subarray(0, count);
}
