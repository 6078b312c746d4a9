import type { Graph, GraphNode } from "../graph.ts";
import { GraphError } from "../operations/operation.ts";

/**
 * The same graph with every parameter as an input of the parameter's name: for whoever changes the
 * weights between runs, such as a training step.
 *
 * @param shapes what the inputs' shapes are, by parameter, where a graph reads a parameter under
 * another one than it is stored in; where it is not given, the first that the graph reads
 * @throws GraphError where a parameter has the name of a value that is in the graph already.
 * @example `parametersAsInputs(gradient(lossGraph, { of: "loss", withRespectTo }))`
 */
export function parametersAsInputs(
  graph: Graph,
  shapes: ReadonlyMap<string, readonly number[]> = new Map(),
): Graph {
  const types = new Map(graph.types);
  const inputs = [...graph.inputs];
  const views: GraphNode[] = [];
  const renamed = new Map<string, string>();
  const added = new Map<string, readonly number[]>();
  for (const { name, value, dims } of graph.parameters) {
    if (!added.has(name)) {
      if (types.has(name))
        throw new GraphError(
          `The parameter ${JSON.stringify(name)} cannot become an input: a value of the graph has its name.`,
        );
      const stored = shapes.get(name) ?? dims;
      added.set(name, stored);
      types.set(name, { dtype: "float32", dims: stored });
      inputs.push({ name, dtype: "float32", dims: stored });
    }
    if (added.get(name)?.join() !== dims.join())
      views.push({ operation: "reshape", inputs: [name], output: value, attributes: { dims } });
    else {
      renamed.set(value, name);
      types.delete(value);
    }
  }
  const nameOf = (value: string) => renamed.get(value) ?? value;
  // A node keeps its operation and attributes; TypeScript cannot follow that through the spread.
  const nodes = graph.nodes.map(
    (node) => ({ ...node, inputs: node.inputs.map(nameOf) }) as GraphNode,
  );
  return {
    inputs,
    outputs: graph.outputs.map(({ name, value }) => ({ name, value: nameOf(value) })),
    parameters: [],
    constants: graph.constants,
    nodes: [...views, ...nodes],
    types,
  };
}
