import { type AnyTensor, sizeOf } from "../tensor.ts";
import { evaluateNode, fromNdArray, toNdArray } from "./evaluate.ts";
import type { Graph, GraphNode, GraphParameter, ValueType } from "./graph.ts";

/**
 * Results larger than this stay operations: folding a broadcast must not turn a small file into a
 * large one.
 */
const largestFoldedConstant = 1 << 16;

/**
 * The same function with less to do: constants folded, equal operations shared, reshaped weights
 * read as views, and whatever no output needs removed. Inputs stay, used or not: they are the
 * graph's signature.
 */
export function simplify(graph: Graph): Graph {
  return removeDeadNodes(shareAndFold(graph));
}

/**
 * One pass in running order: each node is replaced by a constant, a parameter's view, or an earlier
 * equal node where it can be.
 */
function shareAndFold(graph: Graph): Graph {
  const constants = new Map(graph.constants);
  const parameters: GraphParameter[] = [...graph.parameters];
  const byValue = new Map(parameters.map((parameter) => [parameter.value, parameter]));
  const nodes: GraphNode[] = [];
  const replacements = new Map<string, string>();
  const seen = new Map<string, string>();
  for (const [name, constant] of graph.constants)
    share(seen, replacements, name, constantKey(name, constant));

  for (const original of graph.nodes) {
    const node = {
      ...original,
      inputs: original.inputs.map((name) => replacements.get(name) ?? name),
    } as GraphNode;
    const type = graph.types.get(node.output) as ValueType;
    if (
      share(
        seen,
        replacements,
        node.output,
        `${node.operation} ${node.inputs.join(" ")} ${JSON.stringify(node.attributes)}`,
      )
    )
      continue;
    const folded = fold(node, type, constants);
    const view = folded ? undefined : parameterView(node, type, byValue);
    if (folded) constants.set(node.output, folded);
    else if (view) {
      parameters.push(view);
      byValue.set(view.value, view);
    } else nodes.push(node);
  }
  const outputs = graph.outputs.map(({ name, value }) => ({
    name,
    value: replacements.get(value) ?? value,
  }));
  return { ...graph, outputs, constants, parameters, nodes };
}

/** True where an equal value exists already and now stands for this one. */
function share(
  seen: Map<string, string>,
  replacements: Map<string, string>,
  name: string,
  key: string,
): boolean {
  const earlier = seen.get(key);
  if (earlier === undefined) seen.set(key, name);
  else replacements.set(name, earlier);
  return earlier !== undefined;
}

/** Small constants are shared by their content; large ones are told apart by name. */
function constantKey(name: string, { dtype, dims, data }: AnyTensor): string {
  return data.length > 64
    ? `constant ${name}`
    : `constant ${dtype} ${dims.join(",")} ${data.join(",")}`;
}

function fold(
  node: GraphNode,
  type: ValueType,
  constants: ReadonlyMap<string, AnyTensor>,
): AnyTensor | undefined {
  const inputs = node.inputs.map((name) => constants.get(name));
  const dims = type.dims.filter((dim) => typeof dim === "number");
  if (dims.length !== type.dims.length || sizeOf(dims) > largestFoldedConstant) return undefined;
  if (!inputs.every((input) => input !== undefined)) return undefined;
  return fromNdArray({ dims, data: evaluateNode(node, inputs.map(toNdArray), dims) }, type.dtype);
}

/** A reshaped parameter is the same bytes under another shape. */
function parameterView(
  node: GraphNode,
  type: ValueType,
  byValue: ReadonlyMap<string, GraphParameter>,
): GraphParameter | undefined {
  const parameter = node.operation === "reshape" ? byValue.get(node.inputs[0] ?? "") : undefined;
  return (
    parameter && {
      name: parameter.name,
      value: node.output,
      dims: type.dims.filter((dim) => typeof dim === "number"),
    }
  );
}

function removeDeadNodes(graph: Graph): Graph {
  const live = new Set(graph.outputs.map(({ value }) => value));
  const nodes = [...graph.nodes].reverse().filter((node) => {
    if (!live.has(node.output)) return false;
    for (const name of node.inputs) live.add(name);
    return true;
  });
  for (const { name } of graph.inputs) live.add(name);
  return {
    ...graph,
    nodes: nodes.reverse(),
    parameters: graph.parameters.filter(({ value }) => live.has(value)),
    constants: new Map([...graph.constants].filter(([name]) => live.has(name))),
    types: new Map([...graph.types].filter(([name]) => live.has(name))),
  };
}
