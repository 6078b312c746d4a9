import {
  type AnyTensor,
  type DataType,
  GraphCompileError,
  InvalidArgumentError,
} from "@glissade/graph";
import type { TensorFlow, TfTensor } from "./tensorflow.ts";

/** TensorFlow.js has integers of 32 bits, and no other floating-point type. */
const tensorflowType: Readonly<Partial<Record<DataType, "float32" | "int32" | "bool">>> = {
  float32: "float32",
  int64: "int32",
  int32: "int32",
  int16: "int32",
  int8: "int32",
  uint8: "int32",
  bool: "bool",
};

/** @throws GraphCompileError for a type that TensorFlow.js has no numbers for. */
export function assertTransferable(dtype: DataType, value: string, graph: string): void {
  if (!tensorflowType[dtype])
    throw new GraphCompileError(
      `${graph} has ${JSON.stringify(value)} of type ${dtype}, which TensorFlow.js does not have; cast it within the graph.`,
    );
}

/**
 * A copy on the active backend.
 *
 * @param name for the message
 * @throws InvalidArgumentError for an integer beyond 32 bits.
 */
export function upload(tf: TensorFlow, { dtype, dims, data }: AnyTensor, name: string): TfTensor {
  // A copy: TensorFlow.js may read the array when it first computes with it, whatever has happened
  // to it in the meantime.
  return tf.keep(
    tf.tensor(copyOf(data, tensorflowType[dtype], name), [...dims], tensorflowType[dtype]),
  );
}

function copyOf(
  data: AnyTensor["data"],
  type: "float32" | "int32" | "bool" | undefined,
  name: string,
): Float32Array | Int32Array | Uint8Array {
  if (data instanceof Float32Array) return data.slice();
  if (type === "bool") return Uint8Array.from<number | bigint>(data, Number);
  return toInt32(data, name);
}

/** A result's values in memory of their own. */
export async function download(
  tensor: TfTensor,
  dtype: DataType,
  dims: readonly number[],
): Promise<AnyTensor> {
  const values = await tensor.data();
  if (dtype === "float32") return { dtype, dims, data: Float32Array.from(values) };
  if (dtype === "bool" || dtype === "uint8") return { dtype, dims, data: Uint8Array.from(values) };
  if (dtype === "int64") return { dtype, dims, data: BigInt64Array.from(values, BigInt) };
  if (dtype === "int16") return { dtype, dims, data: Int16Array.from(values) };
  if (dtype === "int8") return { dtype, dims, data: Int8Array.from(values) };
  return { dtype: "int32", dims, data: Int32Array.from(values) };
}

function toInt32(data: AnyTensor["data"], name: string): Int32Array {
  const values = Int32Array.from<number | bigint>(data, Number);
  const beyond = data.findIndex((value: number | bigint, i: number) => Number(value) !== values[i]);
  if (beyond >= 0)
    throw new InvalidArgumentError({
      argument: name,
      received: data[beyond],
      expected: "integers of 32 bits, which are all that TensorFlow.js has",
    });
  return values;
}
