import type { DataType } from "@glissade/graph";
import { WeightsError } from "@glissade/graph";
import {
  describePickled,
  PickleGlobal,
  type PickleKey,
  PickleObject,
  PickleTuple,
  type PickleValue,
} from "./pickle-values.ts";

/**
 * The storage classes that a checkpoint may name. Complex and quantised ones have no counterpart
 * here.
 */
const storageTypes: Readonly<Record<string, DataType>> = {
  "torch.DoubleStorage": "float64",
  "torch.FloatStorage": "float32",
  "torch.HalfStorage": "float16",
  "torch.BFloat16Storage": "bfloat16",
  "torch.LongStorage": "int64",
  "torch.IntStorage": "int32",
  "torch.ShortStorage": "int16",
  "torch.CharStorage": "int8",
  "torch.ByteStorage": "uint8",
  "torch.BoolStorage": "bool",
};

/**
 * Data types occur as plain values in some checkpoints (an optimiser's settings) and mean nothing
 * for the tensors.
 */
const dtypeGlobals = [
  "float64",
  "float32",
  "float16",
  "bfloat16",
  "int64",
  "int32",
  "int16",
  "int8",
  "uint8",
  "bool",
].map((name) => `torch.${name}`);

/** A row of numbers that lies outside the pickle. */
export class StorageReference extends PickleObject {
  readonly type = "torch storage";
  readonly key: string;
  readonly dtype: DataType;
  /** Number of elements. */
  readonly length: number;

  constructor(key: string, dtype: DataType, length: number) {
    super();
    this.key = key;
    this.dtype = dtype;
    this.length = length;
  }
}

/** A tensor: a view of a storage. Offset and strides are counted in elements. */
export class StridedTensor extends PickleObject {
  readonly type = "torch.Tensor";
  readonly storage: StorageReference;
  readonly offset: number;
  readonly dims: readonly number[];
  readonly strides: readonly number[];

  constructor(
    storage: StorageReference,
    offset: number,
    dims: readonly number[],
    strides: readonly number[],
  ) {
    super();
    this.storage = storage;
    this.offset = offset;
    this.dims = dims;
    this.strides = strides;
  }
}

/** The Python names that a checkpoint of tensors may mention, and what they do here. */
export function torchGlobals(label: string): ReadonlyMap<string, PickleGlobal> {
  const fail = failIn(label);
  const globals = [
    new PickleGlobal("collections.OrderedDict", (args) => orderedDict(args, fail)),
    new PickleGlobal("torch._utils._rebuild_tensor_v2", (args) => rebuildTensor(args, fail)),
    new PickleGlobal("torch._utils._rebuild_parameter", ([tensor]) =>
      tensor instanceof StridedTensor ? tensor : fail("a parameter does not hold a tensor"),
    ),
    new PickleGlobal("torch.Size", ([sizes]) =>
      sizes instanceof PickleTuple ? sizes : fail("a torch.Size is not made of a tuple"),
    ),
    new PickleGlobal("torch.device", ([name]) =>
      typeof name === "string" ? name : fail("a torch.device has no name"),
    ),
    ...[...Object.keys(storageTypes), ...dtypeGlobals].map((name) => new PickleGlobal(name)),
  ];
  return new Map(globals.map((global) => [global.name, global]));
}

/**
 * Turns a persistent id, `("storage", type, key, device, length)` with a trailing None in the older
 * container, into a storage.
 */
export function loadStorage(id: PickleValue, label: string): StorageReference {
  const fail = failIn(label);
  if (!(id instanceof PickleTuple) || id.items[0] !== "storage")
    return fail(`a storage is named by ${describePickled(id)}`);
  const [, type, key, , length, viewMetadata = null] = id.items;
  const dtype = type instanceof PickleGlobal ? storageTypes[type.name] : undefined;
  if (!dtype) return fail(`a storage has the type ${describePickled(type ?? null)}`);
  if (typeof key !== "string" || !isSize(length)) return fail("a storage has no key or no length");
  if (viewMetadata !== null)
    return fail("a storage is a view of another storage, which only PyTorch before 0.4 wrote");
  return new StorageReference(key, dtype, length);
}

type Fail = (reason: string) => never;

function failIn(label: string): Fail {
  return (reason) => {
    throw new WeightsError({
      file: label,
      reason,
      advice: "The file is damaged, or was not written by torch.save.",
    });
  };
}

/**
 * `(storage, offset, size, stride, requires_grad, backward_hooks)`; what follows the strides does
 * not concern the values.
 */
function rebuildTensor(
  [storage, offset, size, stride]: readonly PickleValue[],
  fail: Fail,
): StridedTensor {
  if (!(storage instanceof StorageReference)) return fail("a tensor has no storage");
  const dims = sizes(size);
  const strides = sizes(stride);
  if (!isSize(offset) || !dims || !strides || dims.length !== strides.length)
    return fail("a tensor has no proper offset, shape and strides");
  return new StridedTensor(storage, offset, dims, strides);
}

function orderedDict([pairs]: readonly PickleValue[], fail: Fail): PickleValue {
  if (pairs === undefined) return new Map();
  if (!Array.isArray(pairs)) return fail("an OrderedDict is not made of a list");
  return new Map(
    pairs.map((pair): [PickleKey, PickleValue] => {
      const [key, value] =
        pair instanceof PickleTuple ? pair.items : Array.isArray(pair) ? pair : [];
      return typeof key === "string" || typeof key === "number"
        ? [key, value ?? null]
        : fail("an OrderedDict is not made of pairs");
    }),
  );
}

function sizes(value: PickleValue | undefined): readonly number[] | undefined {
  return value instanceof PickleTuple && value.items.every(isSize) ? value.items : undefined;
}

function isSize(value: PickleValue | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
