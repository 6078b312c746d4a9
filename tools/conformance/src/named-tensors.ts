import type { AnyTensor, Tensor } from "@glissade/core";
import { tensor, toFloat32 } from "@glissade/graph";

/** The tensors of a case's file, or the results of a run. */
export type NamedTensors =
  | ReadonlyMap<string, AnyTensor>
  | Readonly<Record<string, AnyTensor | undefined>>;

/** @throws where there is no tensor of that name: the case fails with the reason. */
export function tensorNamed(tensors: NamedTensors, name: string): AnyTensor {
  const found =
    tensors instanceof Map
      ? (tensors as ReadonlyMap<string, AnyTensor>).get(name)
      : (tensors as Readonly<Record<string, AnyTensor | undefined>>)[name];
  if (!found) throw new Error(`there is no tensor ${name}`);
  return found;
}

/** The same as float32, whatever numeric type it is stored in. */
export function floatsNamed(tensors: NamedTensors, name: string): Tensor {
  return asFloat32(tensorNamed(tensors, name));
}

/**
 * Any numeric tensor as float32: golden files store timesteps as int64, and half-precision results
 * as float16.
 */
export function asFloat32(value: AnyTensor): Tensor {
  if (value.dtype === "float32") return value;
  const isFloat =
    value.dtype === "float16" || value.dtype === "bfloat16" || value.dtype === "float64";
  return tensor(
    value.dims,
    isFloat ? toFloat32(value) : Float32Array.from<number | bigint>(value.data, Number),
  );
}
