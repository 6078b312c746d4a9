import type { WorkerTask } from "./worker-messages.ts";

/** Elements that are summed before they are scaled: few enough to be in the cache still. */
const blockSize = 1 << 12;

/**
 * Adds the others in their order, which gives the same numbers every time, scales, and gives the
 * sum of the results' squares, in float64.
 */
export function meanOfGradients({
  into,
  others,
  scale,
  start,
  end,
}: Omit<WorkerTask & { kind: "mean" }, "kind">): number {
  let squares = 0;
  for (let from = start; from < end; from += blockSize) {
    const to = Math.min(end, from + blockSize);
    for (const other of others)
      for (let i = from; i < to; i++) into[i] = (into[i] as number) + (other[i] as number);
    for (let i = from; i < to; i++) {
      const value = Math.fround(scale * (into[i] as number));
      into[i] = value;
      squares += value * value;
    }
  }
  return squares;
}
