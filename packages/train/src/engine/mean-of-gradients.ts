import { sumOfSquares } from "../optimisers/gradient-norm.ts";
import type { WorkerTask } from "./worker-messages.ts";

/** Elements that are summed before they are squared: few enough to be in the cache still. */
const blockSize = 1 << 12;

/** Sums gradients in their order, which gives the same numbers every time, and gives the sum of the results' squares. */
export function meanOfGradients({ into, gradients: [first, ...rest], scale, start, end }: Omit<WorkerTask & { kind: "mean" }, "kind">): number {
  let squares = 0;
  for (let from = start; from < end; from += blockSize) {
    const to = Math.min(end, from + blockSize);
    if (first) into.set(first.subarray(from, to), from);
    for (const other of rest) for (let i = from; i < to; i++) into[i] = (into[i] as number) + (other[i] as number);
    if (scale !== 1) for (let i = from; i < to; i++) into[i] = scale * (into[i] as number);
    squares += sumOfSquares(into, from, to);
  }
  return squares;
}
