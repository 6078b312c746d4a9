import { bytesPerElement, type Graph, sizeOf } from "@glissade/graph";

/**
 * The most bytes of intermediate values that are alive at one time when a graph's nodes run in
 * their order, each freed after its last use. Symbolic axes count as 1. What a runtime really takes
 * differs: it fuses operations, and reuses memory in pieces.
 */
export function peakMemory({ nodes, types, outputs }: Graph): number {
  const lastUse = new Map<string, number>();
  for (const [index, { inputs }] of nodes.entries())
    for (const input of inputs) lastUse.set(input, index);
  for (const { value } of outputs) lastUse.set(value, nodes.length);
  const bytesOf = (value: string): number => {
    const type = types.get(value);
    return type
      ? bytesPerElement[type.dtype] *
          sizeOf(type.dims.map((dim) => (typeof dim === "number" ? dim : 1)))
      : 0;
  };
  const own = new Set(nodes.map(({ output }) => output));
  let alive = 0;
  let peak = 0;
  for (const [index, { inputs, output }] of nodes.entries()) {
    alive += bytesOf(output);
    peak = Math.max(peak, alive);
    for (const input of new Set([...inputs, output]))
      if (own.has(input) && (lastUse.get(input) ?? index) === index) alive -= bytesOf(input);
  }
  return peak;
}
