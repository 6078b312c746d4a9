import { tensor } from "@glissade/graph";

/**
 * Numbers between about -1.3 and 1.3 by a formula that a line of NumPy repeats: sin(a i + b j + 0.1
 * i j) + 0.3 cos(0.7 i (j + 1)).
 */
export function table(rows: number, columns: number, a: number, b: number, { scale = 1, shift = 0 } = {}) {
  const value = (i: number, j: number) => Math.fround(Math.sin(a * i + b * j + 0.1 * i * j) + 0.3 * Math.cos(0.7 * i * (j + 1)));
  return tensor([rows, columns], Float32Array.from({ length: rows * columns }, (_, k) => scale * value(Math.floor(k / columns), k % columns) + shift));
}

/** The two sets whose metrics NumPy computed in float64. */
export const reference = table(40, 6, 1.3, 2.1);
export const samples = table(30, 6, 0.9, 1.7, { scale: 0.8, shift: 0.2 });
