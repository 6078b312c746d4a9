import { display } from "../errors.ts";
import { type AnyTensor, sizeOf, typedTensor } from "../tensor.ts";
import type { Dim, Graph, GraphNode } from "./graph.ts";
import { GraphError, type NdArray } from "./operations/operation.ts";
import { definitionOf } from "./operations/table.ts";

/** What the interpreter runs on: tensors of any type, or float64 arrays. */
export type EvaluateInputs = Readonly<Record<string, AnyTensor>> | ReadonlyMap<string, AnyTensor>;

/**
 * Computes a graph in float64 with plain loops: slow, and the truth that backends are tested
 * against.
 *
 * @param inputs the graph's inputs by name
 * @param parameters the graph's weights by their name in the state dict
 * @returns the outputs by name, as float64
 * @throws GraphError where an input or a parameter is missing or does not fit
 */
export function evaluateGraph(
  graph: Graph,
  inputs: EvaluateInputs,
  parameters: EvaluateInputs = {},
): Record<string, { dims: readonly number[]; data: Float64Array }> {
  const values = new Map<string, NdArray>();
  const symbols = new Map<string, number>();
  for (const input of graph.inputs) {
    const given = toNdArray(lookup(inputs, input.name, "input"));
    bindSymbols(symbols, input.name, input.dims, given.dims);
    values.set(input.name, given);
  }
  for (const { name, value, dims } of graph.parameters) {
    const stored = toNdArray(lookup(parameters, name, "parameter"));
    if (stored.data.length !== sizeOf(dims))
      throw new GraphError(
        `The parameter ${name} has shape ${display(stored.dims)}; the graph reads it as ${display(dims)}.`,
      );
    values.set(value, { dims, data: stored.data });
  }
  for (const [name, constant] of graph.constants) values.set(name, toNdArray(constant));
  for (const node of graph.nodes) {
    const dims = concreteDims(graph.types.get(node.output)?.dims ?? [], symbols);
    values.set(node.output, {
      dims,
      data: evaluateNode(
        node,
        node.inputs.map((name) => definedValue(values, name)),
        dims,
      ),
    });
  }
  return Object.fromEntries(
    graph.outputs.map(({ name, value }) => [name, definedValue(values, value)]),
  );
}

/** One operation on known values. */
export function evaluateNode(
  node: GraphNode,
  inputs: readonly NdArray[],
  dims: readonly number[],
): Float64Array {
  return definitionOf(node.operation).evaluate(inputs, node.attributes, dims);
}

/**
 * Any tensor as float64 numbers. @throws GraphError for half-precision bits, which have no
 * arithmetic here.
 */
export function toNdArray(value: AnyTensor): NdArray {
  if (value.dtype === "float16" || value.dtype === "bfloat16")
    throw new GraphError(`The interpreter takes no ${value.dtype}; convert it to float32.`);
  return {
    dims: value.dims,
    data:
      value.dtype === "float64"
        ? value.data
        : Float64Array.from<number | bigint>(value.data, Number),
  };
}

/**
 * A float64 array rounded to a float32, int64 or bool tensor: how constant folding stores its
 * results.
 */
export function fromNdArray({ dims, data }: NdArray, dtype: string): AnyTensor {
  if (dtype === "int64")
    return typedTensor(
      "int64",
      dims,
      BigInt64Array.from(data, (x) => BigInt(x)),
    );
  if (dtype === "bool") return typedTensor("bool", dims, Uint8Array.from(data));
  return typedTensor("float32", dims, Float32Array.from(data));
}

function concreteDims(dims: readonly Dim[], symbols: ReadonlyMap<string, number>): number[] {
  return dims.map((dim) => {
    const length = typeof dim === "number" ? dim : symbols.get(dim);
    if (length === undefined)
      throw new GraphError(`No input fixes the length ${JSON.stringify(dim)}.`);
    return length;
  });
}

function bindSymbols(
  symbols: Map<string, number>,
  name: string,
  dims: readonly Dim[],
  given: readonly number[],
): void {
  const fits =
    dims.length === given.length &&
    dims.every((dim, axis) => {
      const length = given[axis] as number;
      if (typeof dim === "number") return dim === length;
      if (!symbols.has(dim)) symbols.set(dim, length);
      return symbols.get(dim) === length;
    });
  if (!fits)
    throw new GraphError(
      `The input ${name} has shape ${display(given)}; the graph takes [${dims.join(", ")}].`,
    );
}

function lookup(from: EvaluateInputs, name: string, kind: string): AnyTensor {
  const found =
    from instanceof Map ? from.get(name) : (from as Readonly<Record<string, AnyTensor>>)[name];
  if (!found) throw new GraphError(`The ${kind} ${JSON.stringify(name)} is missing.`);
  return found;
}

function definedValue(values: ReadonlyMap<string, NdArray>, name: string): NdArray {
  const value = values.get(name);
  if (!value)
    throw new GraphError(`The value ${JSON.stringify(name)} is read before it is defined.`);
  return value;
}
