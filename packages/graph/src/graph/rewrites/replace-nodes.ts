import { GraphBuilder, type Value } from "../builder.ts";
import type { Graph, GraphNode } from "../graph.ts";
import { simplify } from "../simplify.ts";

/**
 * The same function with some nodes computed in another way.
 *
 * @param isReplaced which ones
 * @param replacement builds a node's value; `value` gives the new graph's value for a name of the
 * old one
 * @returns the graph itself where there is none to replace
 */
export function replaceNodes<Node extends GraphNode>(
  graph: Graph,
  isReplaced: (node: GraphNode) => node is Node,
  replacement: (g: GraphBuilder, node: Node, value: (name: string) => Value) => Value,
): Graph {
  if (!graph.nodes.some(isReplaced)) return graph;
  const g = GraphBuilder.from({ ...graph, nodes: [], outputs: [] });
  const renamed = new Map<string, string>();
  const current = (name: string) => renamed.get(name) ?? name;
  const value = (name: string) => g.value(current(name));
  for (const node of graph.nodes) {
    if (isReplaced(node)) renamed.set(node.output, replacement(g, node, value).name);
    // keeps its operation and attributes, which the spread hides from TypeScript
    else g.append({ ...node, inputs: node.inputs.map(current) } as GraphNode);
  }
  for (const { name, value: output } of graph.outputs) g.output(name, value(output));
  return simplify(g.build());
}
