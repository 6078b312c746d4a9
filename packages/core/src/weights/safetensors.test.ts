import { fileURLToPath } from "node:url";
import { type AnyTensor, tensor, typedTensor, WeightsError } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { bytes, concat, uint } from "./__fixtures__/byte-parts.ts";
import { openSafetensors, readSafetensors } from "./safetensors.ts";
import { encodeSafetensors } from "./write-safetensors.ts";

const fixture = (name: string) => fileURLToPath(new URL(`./__fixtures__/${name}`, import.meta.url));

/** A file with this header and as many bytes of data. */
function fileOf(header: string | object, dataLength: number): Uint8Array<ArrayBuffer> {
  const json = typeof header === "string" ? header : JSON.stringify(header);
  return concat([
    uint(new TextEncoder().encode(json).length, 8),
    new TextEncoder().encode(json),
    new Uint8Array(dataLength),
  ]);
}

const entry = (
  start: number,
  end: number,
  shape: readonly unknown[] = [(end - start) / 4],
  dtype = "F32",
) => ({ dtype, shape, data_offsets: [start, end] });

/** What a reader of the format must give back unchanged. */
const everyType: Record<string, AnyTensor> = {
  f64: typedTensor("float64", [2], Float64Array.of(Math.PI, -0)),
  f32: tensor([2, 1], [1.5, Number.NaN]),
  f16: typedTensor("float16", [3], Uint16Array.of(0x3c00, 0x7c01, 1)),
  bf16: typedTensor("bfloat16", [1], Uint16Array.of(0x3f80)),
  i64: typedTensor("int64", [2], BigInt64Array.of(-1n, 2n ** 62n)),
  i32: typedTensor("int32", [1], Int32Array.of(-5)),
  i16: typedTensor("int16", [1], Int16Array.of(-6)),
  i8: typedTensor("int8", [3], Int8Array.of(-7, 0, 7)),
  u8: typedTensor("uint8", [], Uint8Array.of(255)),
  bool: typedTensor("bool", [2], Uint8Array.of(1, 0)),
  empty: tensor([0, 4]),
};

describe("reading safetensors", () => {
  it("reads a file that another program wrote", async () => {
    const { tensors } = await readSafetensors(fixture("expected_plain_dict.safetensors"));
    expect(tensors.size).toBe(20);
    expect(tensors.get("i64")).toEqual(
      typedTensor("int64", [4], BigInt64Array.of(-1099511627776n, -1n, 0n, 9007199254740991n)),
    );
    expect(tensors.get("scalar")?.dims).toEqual([]);
    expect(tensors.get("empty")).toEqual(tensor([0, 4]));
    expect(tensors.get("näme.ünicode")?.dims).toEqual([2]);
  });

  it("says where a tensor lies in a local file, and those bytes are the tensor's", async () => {
    const weights = await openSafetensors(fixture("expected_plain_dict.safetensors"));
    const located = weights.locate("f32");
    const { open } = await import("node:fs/promises");
    const file = await open(located?.path ?? "");
    const direct = new Uint8Array(located?.length ?? 0);
    await file.read(direct, 0, direct.length, located?.offset);
    await file.close();
    expect(direct).toEqual(await weights.read("f32"));
    await weights.dispose();
    await weights.dispose();
  });

  it.each([
    ["bytes", (file: Uint8Array<ArrayBuffer>) => file],
    [
      "bytes that begin at an odd address",
      (file: Uint8Array<ArrayBuffer>) => concat([bytes(0), file]).subarray(1),
    ],
    ["a Blob", (file: Uint8Array<ArrayBuffer>) => new Blob([file])],
  ])("gives every type, metadata and the order of names back from %s", async (_, wrap) => {
    const { tensors, metadata } = await readSafetensors(
      wrap(await encodeSafetensors(everyType, { metadata: { format: "pt", note: "ü" } })),
    );
    expect(Object.fromEntries(tensors)).toEqual(everyType);
    expect(metadata).toEqual({ format: "pt", note: "ü" });
  });

  it("describes, does not locate what is not a file, and names the weight that is not there", async () => {
    const weights = await openSafetensors(await encodeSafetensors(everyType));
    expect(weights.describe("i8")).toEqual({ dtype: "int8", dims: [3] });
    expect(weights.describe("other")).toBeUndefined();
    expect(weights.locate("i8")).toBeUndefined();
    await expect(weights.read("other")).rejects.toMatchObject({
      name: "WeightsError",
      tensor: "other",
      reason: "there is no such weight",
    });
  });
});

describe("safetensors files that lie", () => {
  it.each<[string, Uint8Array, string]>([
    ["no bytes", new Uint8Array(0), "too few"],
    ["seven bytes", new Uint8Array(7), "too few"],
    ["a header longer than the file", concat([uint(1000, 8), bytes("{}")]), "has 10"],
    [
      "a header of 2^63 bytes",
      concat([uint(2n ** 63n, 8), bytes("{}")]),
      "more than the 100000000",
    ],
    [
      "a header of 100,000,001 bytes",
      concat([uint(100_000_001, 8), bytes("{}")]),
      "more than the 100000000",
    ],
    ["a header that does not begin with {", fileOf(" {}", 0), "does not begin with {"],
    ["an array as header", fileOf("[]", 0), "does not begin with {"],
    ["a header that is cut off", fileOf('{"a": ', 0), "not valid JSON"],
    ["a header that is not UTF-8", concat([uint(4, 8), bytes("{", 0xff, 0xfe, "}")]), "UTF-8"],
    [
      "a tensor twice",
      fileOf(
        '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
        4,
      ),
      "twice",
    ],
    ["nesting without end", fileOf(`{"a":${"[".repeat(100_000)}`, 0), "nested deeper"],
    ["two tensors on the same bytes", fileOf({ a: entry(0, 8), b: entry(0, 8) }, 8), "overlaps"],
    [
      "two tensors that share some bytes",
      fileOf({ a: entry(0, 8), b: entry(4, 12) }, 12),
      "overlaps",
    ],
    [
      "a thousand tensors on the same bytes",
      fileOf(
        Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`t${i}`, entry(0, 400)])),
        400,
      ),
      "overlaps",
    ],
    ["a hole between tensors", fileOf({ a: entry(0, 4), b: entry(8, 12) }, 12), "hole of 4 bytes"],
    ["a hole before the first", fileOf({ a: entry(4, 8) }, 8), "hole of 4 bytes"],
    ["bytes after the last tensor", fileOf({ a: entry(0, 4) }, 5), "1 bytes after the last tensor"],
    ["less data than described", fileOf({ a: entry(0, 8) }, 7), "truncated"],
    ["offsets beyond any file", fileOf({ a: entry(0, 4 * 2 ** 40) }, 8), "truncated"],
    [
      "a range that runs backwards",
      fileOf({ a: { dtype: "F32", shape: [1], data_offsets: [4, 0] } }, 4),
      "not a range",
    ],
    [
      "negative offsets",
      fileOf({ a: { dtype: "F32", shape: [1], data_offsets: [-4, 0] } }, 4),
      "non-negative",
    ],
    [
      "offsets that are not integers",
      fileOf('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4.5]}}', 4),
      "non-negative integers",
    ],
    [
      "three offsets",
      fileOf({ a: { dtype: "F32", shape: [1], data_offsets: [0, 4, 8] } }, 8),
      "not a range",
    ],
    [
      "a shape that does not fit the bytes",
      fileOf({ a: entry(0, 8, [3]) }, 8),
      "span 8 bytes and its shape needs 12",
    ],
    [
      "a shape whose product overflows",
      fileOf({ a: entry(0, 8, [2 ** 32, 2 ** 32]) }, 8),
      "more elements than can be counted",
    ],
    [
      "a product that would overflow to zero in 64 bits",
      fileOf({ a: entry(0, 0, [2 ** 52, 2 ** 52, 2 ** 52]) }, 0),
      "more elements than can be counted",
    ],
    [
      "a dimension that is not an integer",
      fileOf({ a: entry(0, 4, [1.5]) }, 4),
      "list of non-negative integers",
    ],
    [
      "a dimension of 1e400",
      fileOf('{"a":{"dtype":"F32","shape":[1e400],"data_offsets":[0,4]}}', 4),
      "list of non-negative integers",
    ],
    [
      "a dimension that is text",
      fileOf({ a: entry(0, 4, ["1"]) }, 4),
      "list of non-negative integers",
    ],
    ["a type that is not known", fileOf({ a: entry(0, 4, [1], "C32") }, 4), "not one of F64, F32"],
    [
      "a type that is a property of every object",
      fileOf({ a: entry(0, 4, [1], "constructor") }, 4),
      "not one of",
    ],
    [
      "an entry without a shape",
      fileOf({ a: { dtype: "F32", data_offsets: [0, 4] } }, 4),
      "does not consist of",
    ],
    [
      "an entry with more than the format has",
      fileOf({ a: { ...entry(0, 4), code: "x" } }, 4),
      "does not consist of",
    ],
    ["an entry that is null", fileOf({ a: null }, 0), "does not consist of"],
    [
      "metadata that holds more than strings",
      fileOf({ __metadata__: { a: 1 } }, 0),
      "strings to strings",
    ],
    ["metadata that is a list", fileOf({ __metadata__: ["a"] }, 0), "strings to strings"],
  ])("refuses %s", async (_, file, reason) => {
    const error: unknown = await openSafetensors(file).catch((thrown: unknown) => thrown);
    expect(WeightsError.isInstance(error) && error.message).toContain(reason);
  });

  it("reads a tensor named __proto__ as any other", async () => {
    const { tensors } = await readSafetensors(
      fileOf('{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4),
    );
    expect(tensors.get("__proto__")).toEqual(tensor([1]));
  });

  it("never fails in another way, whatever byte is changed and wherever the file is cut", async () => {
    const file = await encodeSafetensors(
      { a: tensor([2], [1, 2]), b: typedTensor("int8", [3], Int8Array.of(1, 2, 3)) },
      { metadata: { k: "v" } },
    );
    const damaged = [...file.keys()].flatMap((at) => [
      file.subarray(0, at),
      ...[0x00, 0x22, 0x39, 0xff].map((byte) => file.with(at, byte)),
    ]);
    for (const bytesOfFile of damaged) {
      const error: unknown = await readSafetensors(bytesOfFile).catch((thrown: unknown) => thrown);
      expect(!(error instanceof Error) || WeightsError.isInstance(error)).toBe(true);
    }
  });

  it("names a path that is not there, and a folder", async () => {
    await expect(openSafetensors("/nowhere/model.safetensors")).rejects.toThrow(
      "/nowhere/model.safetensors: the file cannot be opened (ENOENT)",
    );
    await expect(openSafetensors(fixture(""))).rejects.toThrow("this is a folder");
  });
});
