import { bytesPerElement, type Dim, type Graph, type SymbolicLengths } from "@glissade/graph";
import { DeviceLimitError } from "./errors.ts";

/** How large one tensor may be on a device. */
export interface DeviceLimits {
  /** What to call the device in messages. */
  readonly name: string;
  /** In bytes. */
  readonly largestBuffer: number;
}

/**
 * Whether every value of a graph fits on a device, before anything is started there.
 *
 * @param lengths of the symbolic axes that are known; values with others are left out
 * @throws DeviceLimitError for the largest that does not fit
 */
export function assertWithinLimits(
  graph: Graph,
  { name, largestBuffer }: DeviceLimits,
  graphName: string,
  lengths: SymbolicLengths,
): void {
  let largest = { value: "", bytes: 0 };
  for (const [value, { dtype, dims }] of graph.types) {
    const bytes = dims.reduce<number>(
      (product, dim) => product * lengthOf(dim, lengths),
      bytesPerElement[dtype],
    );
    if (bytes > largest.bytes) largest = { value, bytes };
  }
  if (largest.bytes > largestBuffer)
    throw new DeviceLimitError({
      device: name,
      graph: graphName,
      ...largest,
      limit: largestBuffer,
    });
}

function lengthOf(dim: Dim, lengths: SymbolicLengths): number {
  return typeof dim === "number" ? dim : (lengths.get(dim)?.length ?? 0);
}
