import { sizeOf } from "../../tensor.ts";

/**
 * Reproducible numbers in about [-1.5, 1.5] without two alike: sines of a multiplicative sequence.
 */
export function sineNumbers(dims: readonly number[], seed: number): Float64Array {
  const size = sizeOf(dims);
  return Float64Array.from({ length: size }, (_, i) => 1.5 * Math.sin((i + 1) * 12.9898 + seed * 78.233));
}
