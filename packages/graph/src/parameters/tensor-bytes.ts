import {
  type AnyTensor,
  bytesPerElement,
  type DataType,
  sizeOf,
  type Tensor,
  type TensorData,
} from "../tensor.ts";
import { bfloat16ToFloat32, float16ToFloat32 } from "./half-precision.ts";
import type { WeightSource } from "./weight-source.ts";
import { WeightsError } from "./weights-error.ts";

const arrays: {
  readonly [T in DataType]: new (
    buffer: ArrayBufferLike,
    offset: number,
    length: number,
  ) => TensorData[T];
} = {
  float64: Float64Array,
  float32: Float32Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
};

/**
 * A tensor over raw little-endian bytes: a view where they are aligned, a copy where not. Every
 * JavaScript engine in use stores typed arrays in little-endian order, so nothing is swapped.
 */
export function tensorFromBytes<T extends DataType>(
  dtype: T,
  dims: readonly number[],
  bytes: Uint8Array,
): Tensor<T> {
  const aligned = bytes.byteOffset % bytesPerElement[dtype] === 0 ? bytes : bytes.slice();
  return {
    dtype,
    dims,
    data: new arrays[dtype](
      aligned.buffer,
      aligned.byteOffset,
      aligned.byteLength / bytesPerElement[dtype],
    ),
  };
}

/** Raw bytes as elements in a row. */
export function flatTensor(dtype: DataType, bytes: Uint8Array): AnyTensor {
  // As in readTensor.
  return tensorFromBytes(dtype, [bytes.length / bytesPerElement[dtype]], bytes) as AnyTensor;
}

/** A weight's bytes in parts; in one where the source has no others. */
export async function* partsOf(
  weights: WeightSource,
  name: string,
): AsyncGenerator<Uint8Array, void, void> {
  if (weights.stream) yield* weights.stream(name);
  else yield await weights.read(name);
}

/** The raw little-endian bytes of a tensor: a view. */
export function bytesOfTensor({ data }: AnyTensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Bytes that a tensor of this type and shape takes. */
export function byteLength({
  dtype,
  dims,
}: {
  readonly dtype: DataType;
  readonly dims: readonly number[];
}): number {
  return sizeOf(dims) * bytesPerElement[dtype];
}

/**
 * One weight as a tensor of its own type.
 *
 * @throws WeightsError where there is no such weight.
 */
export async function readTensor(weights: WeightSource, name: string): Promise<AnyTensor> {
  const { dtype, dims } = describeOrThrow(weights, name);
  // The cast turns "a tensor of one of the types" into the union of tensors, which TypeScript
  // cannot do by itself.
  return tensorFromBytes(dtype, dims, await weights.read(name)) as AnyTensor;
}

/** Every weight, by name. All of them are in memory afterwards. */
export async function readAllTensors(weights: WeightSource): Promise<Map<string, AnyTensor>> {
  const tensors = new Map<string, AnyTensor>();
  for (const name of weights.names) tensors.set(name, await readTensor(weights, name));
  return tensors;
}

/** @throws WeightsError where there is no such weight. */
export function describeOrThrow(
  weights: WeightSource,
  name: string,
): { readonly dtype: DataType; readonly dims: readonly number[] } {
  const described = weights.describe(name);
  if (!described)
    throw new WeightsError({
      tensor: name,
      reason: "there is no such weight",
      advice: `There are ${weights.names.length}; check that the file belongs to this network.`,
    });
  return described;
}

/**
 * The values of a floating-point tensor as float32; the tensor's own array where it is float32
 * already.
 *
 * @throws WeightsError for an integer or boolean tensor.
 */
export function toFloat32(tensor: AnyTensor): Float32Array {
  switch (tensor.dtype) {
    case "float32":
      return tensor.data;
    case "float64":
      return Float32Array.from(tensor.data);
    case "float16":
      return float16ToFloat32(tensor.data);
    case "bfloat16":
      return bfloat16ToFloat32(tensor.data);
    default:
      throw new WeightsError({
        reason: `a floating-point tensor was expected and this is ${tensor.dtype}`,
      });
  }
}
