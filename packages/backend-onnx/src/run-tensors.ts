import { type AnyTensor, type DataType, type Dim, display, type Graph, InvalidArgumentError, sizeOf, UnknownNameError } from "@glissade/core";
import type { Tensor as OnnxTensor } from "onnxruntime-common";
import { ExecutionError } from "./errors.ts";
import type { Runtime } from "./platform.ts";

/** The types that ONNX Runtime's JavaScript can pass; its names for them are ours. */
const passable: ReadonlySet<string> = new Set<DataType>(["float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool"]);

/** Whether values of a type can go in and out of a compiled graph. */
export function canPass(dtype: DataType): boolean {
  return passable.has(dtype);
}

/** How long a symbolic axis is in a run, and the input that says so. */
interface BoundLength {
  readonly length: number;
  readonly input: string;
}

export type SymbolicLengths = ReadonlyMap<string, BoundLength>;

export interface Feeds {
  readonly feeds: Record<string, OnnxTensor>;
  readonly lengths: SymbolicLengths;
}

/**
 * A run's inputs as ONNX Runtime takes them (views, nothing is copied), and the lengths of the graph's symbolic axes.
 *
 * @throws InvalidArgumentError where one is missing, or has another type or shape than the graph says, or two give one symbolic length different values.
 * @throws UnknownNameError for an input that the graph does not have.
 */
export function feedsFor(runtime: Runtime, graph: Graph, inputs: Readonly<Record<string, AnyTensor>>): Feeds {
  const known = graph.inputs.map(({ name }) => name);
  for (const name of Object.keys(inputs)) if (!known.includes(name)) throw new UnknownNameError({ kind: "graph input", asked: name, known });
  const lengths = new Map<string, BoundLength>();
  const feeds: Record<string, OnnxTensor> = {};
  for (const { name, dtype, dims } of graph.inputs) {
    const value = inputs[name];
    const expected = `a ${dtype} tensor of shape [${dims.join(", ")}]`;
    if (value === undefined) throw new InvalidArgumentError({ argument: `inputs.${name}`, received: value, expected });
    if (value.dtype !== dtype || !fits(value.dims, dims) || value.data.length !== sizeOf(value.dims)) {
      throw new InvalidArgumentError({ argument: `inputs.${name}`, received: describe(value), expected });
    }
    bindLengths(lengths, name, dims, value.dims);
    feeds[name] = runtimeTensor(runtime, value);
  }
  return { feeds, lengths };
}

/** A result's values in memory of their own. */
export async function resultTensor(result: OnnxTensor | undefined, name: string): Promise<AnyTensor> {
  if (!result || !passable.has(result.type)) {
    throw new ExecutionError(`ONNX Runtime gave no usable result ${JSON.stringify(name)}${result ? `: its type is ${result.type}` : ""}.`);
  }
  const data = await result.getData();
  // float16 may come as the newer Float16Array.
  const values = result.type === "float16" && ArrayBuffer.isView(data) ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data;
  // The type's name and the array's class belong together by ONNX Runtime's own contract.
  return { dtype: result.type, dims: [...result.dims], data: values } as AnyTensor;
}

function runtimeTensor(runtime: Runtime, { dtype, data, dims }: AnyTensor): OnnxTensor {
  // The constructor has one overload for each type; a union of types matches none of them, hence the narrowing to one.
  return new runtime.Tensor(dtype as "float32", data as Float32Array, dims);
}

function fits(given: readonly number[], dims: readonly Dim[]): boolean {
  return given.length === dims.length && dims.every((dim, axis) => typeof dim === "string" || dim === given[axis]);
}

function bindLengths(lengths: Map<string, BoundLength>, input: string, dims: readonly Dim[], given: readonly number[]): void {
  for (const [axis, dim] of dims.entries()) {
    const length = given[axis];
    if (typeof dim !== "string" || length === undefined) continue;
    const bound = lengths.get(dim);
    if (bound && bound.length !== length) {
      const expected = `a length of ${bound.length} along axis ${axis}, because ${dim} is ${bound.length} in inputs.${bound.input}`;
      throw new InvalidArgumentError({ argument: `inputs.${input}`, received: `a tensor of shape [${given.join(", ")}]`, expected });
    }
    lengths.set(dim, { length, input });
  }
}

function describe(value: AnyTensor): string {
  if (!Array.isArray(value.dims) || !ArrayBuffer.isView(value.data)) return display(value);
  return `a ${value.dtype} tensor of shape [${value.dims.join(", ")}] with ${value.data.length} elements`;
}
