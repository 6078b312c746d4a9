import type { WorkerTask } from "./worker-messages.ts";

/** Elements that are summed at a time: few enough to be in the cache still where there are more than two gradients. */
const blockSize = 1 << 12;

/** Sums gradients in their order, which gives the same numbers every time, and gives the sum of the squares of the scaled sum, in float64. */
export function meanOfGradients({ into, gradients, scale, start, end }: Omit<WorkerTask & { kind: "mean" }, "kind">): number {
  const earlier = gradients.slice(0, -1);
  const last = gradients.at(-1);
  let squares = 0;
  for (let from = start; from < end; from += blockSize) {
    const to = Math.min(end, from + blockSize);
    let sum = earlier[0] ?? into.fill(0, from, to);
    for (const other of earlier.slice(1)) {
      add(into, sum, other, from, to);
      sum = into;
    }
    if (last) squares += scaledSum(into, sum, last, scale, from, to);
  }
  return squares;
}

function add(into: Float32Array, a: Float32Array, b: Float32Array, start: number, end: number): void {
  for (let i = start; i < end; i++) into[i] = (a[i] as number) + (b[i] as number);
}

/** Sum, scale and squares in one pass: a pass for each takes more than twice as long. */
function scaledSum(into: Float32Array, a: Float32Array, b: Float32Array, scale: number, start: number, end: number): number {
  let squares = 0;
  for (let i = start; i < end; i++) {
    const value = Math.fround(scale * Math.fround((a[i] as number) + (b[i] as number)));
    into[i] = value;
    squares += value * value;
  }
  return squares;
}
