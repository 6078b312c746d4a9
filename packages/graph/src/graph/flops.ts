import { sizeOf } from "../tensor.ts";
import type { Dim, Graph, GraphNode } from "./graph.ts";

/**
 * Floating-point operations of one run, counting a multiplication and an addition each as one, for
 * convolutions and matrix products (everything else is a few per cent of a diffusion network).
 *
 * @param symbols lengths of symbolic axes, e.g. `{ batch: 2 }`
 */
export function countFlops(graph: Graph, symbols: Readonly<Record<string, number>>): number {
  const dimsOf = (name: string) =>
    (graph.types.get(name)?.dims ?? []).map((dim: Dim) =>
      typeof dim === "number" ? dim : (symbols[dim] ?? 1),
    );
  return graph.nodes.reduce((total, node) => total + nodeFlops(node, dimsOf), 0);
}

function nodeFlops(node: GraphNode, dimsOf: (name: string) => number[]): number {
  const elements = sizeOf(dimsOf(node.output));
  const [first = "", second = ""] = node.inputs;
  if (node.operation === "conv2d") return 2 * elements * sizeOf(dimsOf(second).slice(1));
  if (node.operation === "matmul")
    return 2 * elements * (dimsOf(first).at(node.attributes.transposeA ? -2 : -1) ?? 1);
  return 0;
}
