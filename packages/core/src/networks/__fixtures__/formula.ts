import { evaluateGraph } from "@glissade/graph";
import type { Graph } from "@glissade/graph";
import { type AnyTensor, sizeOf } from "@glissade/graph";

export type Float64Tensor = AnyTensor & { dtype: "float64" };

/** Numbers from a formula, in float64 so that central differences are good to many digits. */
export function wave(dims: readonly number[], phase = 0): Float64Tensor {
  return { dtype: "float64", dims, data: Float64Array.from({ length: sizeOf(dims) }, (_, i) => Math.cos(i * 0.37 + (i % 7) * 1.1 + phase)) };
}

/** Weights from a formula: any network can be filled. Gains lie about 1. */
export function fill(...graphs: readonly Graph[]): Record<string, Float64Tensor> {
  const weights: Record<string, Float64Tensor> = {};
  for (const { name, dims } of graphs.flatMap((graph) => graph.parameters)) {
    const gain = dims.length === 1 && /(weight|\.g)$/.test(name) ? 1 : 0;
    const scale = dims.length === 1 ? 0.2 : 1.4 / Math.sqrt(sizeOf(dims.slice(1)));
    weights[name] ??= { dtype: "float64", dims, data: wave(dims, name.length).data.map((value) => gain + scale * value) };
  }
  return weights;
}

export function whole(dims: readonly number[], values: readonly number[]): AnyTensor {
  return { dtype: "int64", dims, data: BigInt64Array.from(values, BigInt) };
}

/** The central difference of `objective` for one element of one tensor. */
export function centralDifference(values: Float64Tensor, index: number, objective: (shifted: Float64Tensor) => number, step = 1e-5): number {
  const at = (shift: number) => objective({ ...values, data: values.data.map((value, i) => (i === index ? value + shift : value)) });
  return (at(step) - at(-step)) / (2 * step);
}

/** One output of a graph, in float64. */
export function output(graph: Graph, name: string, inputs: Readonly<Record<string, AnyTensor>>, weights: Readonly<Record<string, AnyTensor>>): Float64Array {
  const result = evaluateGraph(graph, inputs, weights)[name];
  if (!result) throw new Error(`the graph gave no ${name}`);
  return result.data;
}
