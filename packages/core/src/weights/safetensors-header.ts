import { byteLength, type DataType, sizeOf, WeightsError } from "@glissade/graph";
import { JsonLimitError, parseJsonWithLimits } from "../bytes/json-with-limits.ts";
import type { TensorLayout } from "./byte-layout.ts";

/** The format's own limit on the header, in bytes. */
export const maxHeaderLength = 100_000_000;
const maxTensors = 100_000;
const maxRank = 64;

/** The format's names of the data types. */
export const dtypeNames: Readonly<Record<DataType, string>> = {
  float64: "F64",
  float32: "F32",
  float16: "F16",
  bfloat16: "BF16",
  int64: "I64",
  int32: "I32",
  int16: "I16",
  int8: "I8",
  uint8: "U8",
  bool: "BOOL",
};

// The cast is for Object.entries, which forgets the type of the keys.
const dtypesByName = new Map(
  Object.entries(dtypeNames).map(([dtype, name]) => [name, dtype as DataType]),
);

export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorLayout>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Parses and checks a header: what it says about every tensor has to agree with itself and with the
 * size of the file, so that nothing read later can lie outside, overlap, or hide between tensors.
 *
 * @param header the JSON, without the eight length bytes
 * @throws WeightsError
 */
export function parseSafetensorsHeader(
  header: Uint8Array,
  { label, fileSize }: { label: string; fileSize: number },
): SafetensorsHeader {
  const fail = (reason: string, tensor?: string, cause?: unknown): never => {
    throw new WeightsError({
      file: label,
      tensor,
      reason,
      advice: "The file is damaged or was made to deceive: fetch it again from where you trust.",
      cause,
    });
  };
  if (header[0] !== 0x7b) fail("the safetensors header does not begin with {");
  const parsed = parseHeaderJson(header, fail);
  const dataStart = 8 + header.length;
  const tensors = new Map<string, TensorLayout>();
  const ranges: { name: string; start: number; end: number }[] = [];
  let metadata: Readonly<Record<string, string>> = {};
  for (const [name, entry] of Object.entries(parsed)) {
    if (name === "__metadata__") {
      metadata = isStringRecord(entry)
        ? entry
        : fail("__metadata__ does not map strings to strings");
      continue;
    }
    const { dtype, dims, start, end } = parseEntry(entry, (reason) => fail(reason, name));
    tensors.set(name, { dtype, dims, offset: dataStart + start });
    ranges.push({ name, start, end });
  }
  if (tensors.size > maxTensors) fail(`it has ${tensors.size} tensors, more than ${maxTensors}`);
  const dataLength = assertSeamless(ranges, fail);
  if (dataStart + dataLength > fileSize) {
    throw new WeightsError({
      file: label,
      reason: `the header describes ${dataStart + dataLength} bytes and the file has ${fileSize}`,
      advice: "The file is truncated: fetch it again.",
    });
  }
  if (dataStart + dataLength < fileSize)
    fail(
      `there are ${fileSize - dataStart - dataLength} bytes after the last tensor that the header does not describe`,
    );
  return { tensors, metadata };
}

type Fail = (reason: string, tensor?: string, cause?: unknown) => never;

function parseHeaderJson(header: Uint8Array, fail: Fail): object {
  try {
    const parsed = parseJsonWithLimits(header, { maxDepth: 4, maxKeys: 5 * maxTensors });
    if (typeof parsed === "object" && parsed !== null) return parsed;
  } catch (cause) {
    if (!(cause instanceof JsonLimitError)) throw cause;
    return fail(`the safetensors header cannot be read: ${cause.message}`, undefined, cause);
  }
  return fail("the safetensors header is not an object");
}

function parseEntry(
  entry: unknown,
  fail: (reason: string) => never,
): { dtype: DataType; dims: readonly number[]; start: number; end: number } {
  if (
    typeof entry !== "object" ||
    entry === null ||
    !("dtype" in entry && "shape" in entry && "data_offsets" in entry) ||
    Object.keys(entry).length !== 3
  ) {
    return fail("its header entry does not consist of dtype, shape and data_offsets");
  }
  const dtype = typeof entry.dtype === "string" ? dtypesByName.get(entry.dtype) : undefined;
  if (!dtype)
    return fail(
      `its type ${JSON.stringify(entry.dtype)?.slice(0, 40)} is not one of ${[...dtypesByName.keys()].join(", ")}`,
    );
  const dims = entry.shape;
  if (!isSizes(dims) || dims.length > maxRank)
    return fail("its shape is not a list of non-negative integers");
  const offsets = entry.data_offsets;
  if (!isSizes(offsets)) return fail("its data_offsets are not two non-negative integers");
  const [start, end] = offsets;
  if (start === undefined || end === undefined || offsets.length !== 2 || start > end)
    return fail("its data_offsets are not a range");
  if (!Number.isSafeInteger(sizeOf(dims) * 8))
    return fail("its shape has more elements than can be counted");
  if (end - start !== byteLength({ dtype, dims }))
    return fail(
      `its data_offsets span ${end - start} bytes and its shape needs ${byteLength({ dtype, dims })}`,
    );
  return { dtype, dims, start, end };
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function isStringRecord(value: unknown): value is Record<string, string> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((entry) => typeof entry === "string")
  );
}

/**
 * The tensors in the order of their data have to follow each other without overlap or hole. Returns
 * where the last one ends.
 */
function assertSeamless(
  ranges: { name: string; start: number; end: number }[],
  fail: Fail,
): number {
  let end = 0;
  for (const range of ranges.sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (range.start < end) fail("its data overlaps another tensor's", range.name);
    if (range.start > end)
      fail(`there is a hole of ${range.start - end} bytes before its data`, range.name);
    end = range.end;
  }
  return end;
}
