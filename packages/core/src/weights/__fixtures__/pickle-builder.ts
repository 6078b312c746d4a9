import { bytes, concat, uint } from "./byte-parts.ts";

/**
 * The opcodes of a hand-made pickle, one function each, so that a test reads like pickletools'
 * listing.
 */
export const p = {
  proto: bytes(0x80, 2),
  stop: bytes("."),
  mark: bytes("("),
  none: bytes("N"),
  emptyTuple: bytes(")"),
  tuple: bytes("t"),
  tuple1: bytes(0x85),
  tuple2: bytes(0x86),
  emptyList: bytes("]"),
  append: bytes("a"),
  appends: bytes("e"),
  emptyDict: bytes("}"),
  setItem: bytes("s"),
  setItems: bytes("u"),
  reduce: bytes("R"),
  build: bytes("b"),
  persistentId: bytes("Q"),
  stackGlobal: bytes(0x93),
  memoize: bytes(0x94),
  newFalse: bytes(0x89),
  text: (text: string) => bytes("X", uint(new TextEncoder().encode(text).length, 4), new TextEncoder().encode(text)),
  shortText: (text: string) => bytes(0x8c, text.length, text),
  int: (value: number) => bytes("J", uint(BigInt.asUintN(32, BigInt(value)), 4)),
  long: (value: bigint, size: number) => bytes(0x8a, size, uint(BigInt.asUintN(8 * size, value), size)),
  put: (index: number) => bytes("q", index),
  longPut: (index: number) => bytes("r", uint(index, 4)),
  get: (index: number) => bytes("h", index),
  global: (module: string, name: string) => bytes("c", module, "\n", name, "\n"),
} as const;

export function pickleOf(...opcodes: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return concat([p.proto, ...opcodes, p.stop]);
}

function tupleOf(values: readonly number[]): Uint8Array {
  return concat([p.mark, ...values.map((value) => p.long(BigInt(value), 8)), p.tuple]);
}

export interface PickledTensor {
  readonly key: string;
  readonly storageType?: string;
  readonly length: number;
  readonly offset?: number;
  readonly dims: readonly number[];
  readonly strides: readonly number[];
}

/** A tensor as `torch.save` writes it. */
export function pickledTensor({ key, storageType = "FloatStorage", length, offset = 0, dims, strides }: PickledTensor): Uint8Array<ArrayBuffer> {
  return concat([
    p.global("torch._utils", "_rebuild_tensor_v2"),
    p.mark,
    concat([p.mark, p.text("storage"), p.global("torch", storageType), p.text(key), p.text("cpu"), p.long(BigInt(length), 8), p.tuple, p.persistentId]),
    p.long(BigInt(offset), 8),
    tupleOf(dims),
    tupleOf(strides),
    p.newFalse,
    p.global("collections", "OrderedDict"),
    p.emptyTuple,
    p.reduce,
    p.tuple,
    p.reduce,
  ]);
}

/** A dict of tensors. */
export function pickledStateDict(tensors: Readonly<Record<string, PickledTensor>>): Uint8Array<ArrayBuffer> {
  return pickleOf(p.emptyDict, ...Object.entries(tensors).flatMap(([name, tensor]) => [p.text(name), pickledTensor(tensor), p.setItem]));
}
