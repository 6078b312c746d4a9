import { type AnyTensor, type DataType, ExecutionError, type Graph } from "@glissade/graph";
import type { Tensor as OnnxTensor } from "onnxruntime-common";
import type { Runtime } from "./platform.ts";

/** The types that ONNX Runtime's JavaScript can pass; its names for them are ours. */
const passable: ReadonlySet<string> = new Set<DataType>([
  "float64",
  "float32",
  "float16",
  "int64",
  "int32",
  "int16",
  "int8",
  "uint8",
  "bool",
]);

/** Whether values of a type can go in and out of a compiled graph. */
export function canPass(dtype: DataType): boolean {
  return passable.has(dtype);
}

/**
 * A run's inputs as ONNX Runtime takes them: views, nothing is copied.
 *
 * @param inputs checked by `bindInputs`
 */
export function feedsFor(
  runtime: Runtime,
  graph: Graph,
  inputs: Readonly<Record<string, AnyTensor>>,
): Record<string, OnnxTensor> {
  return Object.fromEntries(
    graph.inputs.flatMap(({ name }) =>
      inputs[name] ? [[name, runtimeTensor(runtime, inputs[name])]] : [],
    ),
  );
}

/** A result's values in memory of their own. */
export async function resultTensor(
  result: OnnxTensor | undefined,
  name: string,
): Promise<AnyTensor> {
  if (!result || !passable.has(result.type)) {
    throw new ExecutionError(
      `ONNX Runtime gave no usable result ${JSON.stringify(name)}${result ? `: its type is ${result.type}` : ""}.`,
    );
  }
  const data = await result.getData();
  // float16 may come as the newer Float16Array.
  const values =
    result.type === "float16" && ArrayBuffer.isView(data)
      ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2)
      : data;
  // The type's name and the array's class belong together by ONNX Runtime's own contract.
  return { dtype: result.type, dims: [...result.dims], data: values } as AnyTensor;
}

function runtimeTensor(runtime: Runtime, { dtype, data, dims }: AnyTensor): OnnxTensor {
  // The constructor has one overload for each type; a union of types matches none of them, hence
  // the narrowing to one.
  return new runtime.Tensor(dtype as "float32", data as Float32Array, dims);
}
