import type { WeightSource } from "@glissade/graph";
import {
  type AnyTensor,
  bytesOfTensor,
  type DataType,
  describeOrThrow,
  flatTensor,
  float32ToBfloat16,
  float32ToFloat16,
  InvalidArgumentError,
  partsOf,
  toFloat32,
  typedTensor,
  UnknownNameError,
  WeightsError,
} from "@glissade/graph";
import { type WriteSafetensorsOptions, writeSafetensors } from "./write-safetensors.ts";

/** The types that floating-point weights can be stored in. */
export type WeightType = "float32" | "float16" | "bfloat16";
const weightTypes: readonly WeightType[] = ["float32", "float16", "bfloat16"];

export interface ConvertWeightsOptions extends WriteSafetensorsOptions {
  readonly from: WeightSource;
  /** Path of the `.safetensors` file. */
  readonly to: string;
  /**
   * The type of floating-point weights in the new file; as they are where left out. Integers and
   * booleans stay as they are.
   */
  readonly dtype?: WeightType;
  /** The new name of a weight; undefined leaves it out. */
  readonly rename?: (name: string) => string | undefined;
}

/**
 * Writes weights from anywhere as a `.safetensors` file, part by part: neither the file nor its
 * largest tensor decides how much memory it takes, where the source can be read in parts. The file
 * appears when it is complete, or not at all.
 *
 * @throws WeightsError where a weight cannot be read or does not fit the type, two get one name, or
 * the file cannot be written.
 * @throws the signal's reason where aborted.
 * @example `await convertWeights({ from: await openWeights("base.pt"), to: "model.safetensors",
 * dtype: "float16" });`
 */
export async function convertWeights({
  from,
  to,
  dtype,
  rename = (name) => name,
  ...options
}: ConvertWeightsOptions): Promise<void> {
  if (dtype !== undefined && !weightTypes.includes(dtype))
    throw new UnknownNameError({ kind: "weight type", asked: dtype, known: weightTypes });
  if (typeof to !== "string" || to === "")
    throw new InvalidArgumentError({
      argument: "to",
      received: to,
      expected: "the path of a file",
    });
  await writeSafetensors(to, converted(from, dtype, rename), options);
}

/** A view of `from` under new names and with floating-point weights cast as they are read. */
function converted(
  from: WeightSource,
  dtype: WeightType | undefined,
  rename: (name: string) => string | undefined,
): WeightSource {
  const originals = new Map<string, string>();
  for (const original of from.names) {
    const name = rename(original);
    if (name === undefined) continue;
    const other = originals.get(name);
    if (other !== undefined)
      throw new WeightsError({
        tensor: original,
        reason: `it would get the name ${JSON.stringify(name)}, which ${JSON.stringify(other)} has already`,
      });
    originals.set(name, original);
  }
  const originalOf = (name: string): string => {
    const original = originals.get(name);
    if (original === undefined)
      throw new WeightsError({ tensor: name, reason: "there is no such weight" });
    return original;
  };
  const casting = (name: string): ((bytes: Uint8Array) => Uint8Array) => {
    const original = originalOf(name);
    const { dtype: stored } = describeOrThrow(from, original);
    if (!dtype || stored === dtype || !isFloatingPoint(stored)) return (bytes) => bytes;
    return (bytes) => bytesOfTensor(cast(flatTensor(stored, bytes), dtype, original));
  };
  return {
    names: [...originals.keys()],
    describe(name) {
      if (!originals.has(name)) return undefined;
      const { dtype: stored, dims } = describeOrThrow(from, originalOf(name));
      return { dtype: dtype && isFloatingPoint(stored) ? dtype : stored, dims };
    },
    locate: () => undefined,
    read: async (name) => casting(name)(await from.read(originalOf(name))),
    async *stream(name) {
      const toType = casting(name);
      for await (const part of partsOf(from, originalOf(name))) yield toType(part);
    },
    dispose: () => from.dispose(),
  };
}

function isFloatingPoint(dtype: DataType): boolean {
  return dtype === "float64" || dtype === "float32" || dtype === "float16" || dtype === "bfloat16";
}

function cast(tensor: AnyTensor, dtype: WeightType, name: string): AnyTensor {
  const values = toFloat32(tensor);
  if (tensor.dtype === "float64") assertStayedFinite(tensor.data, infinities(values), dtype, name);
  if (dtype === "float32") return typedTensor(dtype, tensor.dims, values);
  const half = dtype === "float16" ? float32ToFloat16(values) : float32ToBfloat16(values);
  assertStayedFinite(values, infinities(half, dtype === "float16" ? 0x7c00 : 0x7f80), dtype, name);
  return typedTensor(dtype, tensor.dims, half);
}

/**
 * Where the values are infinite; for bit patterns, where they are those of an infinity of either
 * sign. Plain loops: there are hundreds of millions.
 */
function infinities(
  values: Float32Array | Uint16Array,
  pattern = Number.POSITIVE_INFINITY,
): number[] {
  const found: number[] = [];
  const isPattern = values instanceof Uint16Array;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if ((isPattern ? value & 0x7fff : Math.abs(value)) === pattern) found.push(i);
  }
  return found;
}

/** A weight that became infinite would turn every image to NaN, far from where it happened. */
function assertStayedFinite(
  before: Float32Array | Float64Array,
  infinite: readonly number[],
  dtype: WeightType,
  name: string,
): void {
  const lost = infinite.find((i) => Number.isFinite(before[i]));
  if (lost === undefined) return;
  throw new WeightsError({
    tensor: name,
    reason: `its value ${before[lost]} is too large for ${dtype}`,
    advice: dtype === "float16" ? "Use bfloat16 or float32." : "The weights look damaged.",
  });
}
