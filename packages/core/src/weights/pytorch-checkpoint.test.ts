import { createHash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type AnyTensor, bfloat16ToFloat32, partsOf, tensor, WeightsError } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import type { ByteSource } from "../bytes/byte-source.ts";
import { bytes, concat, uint } from "./__fixtures__/byte-parts.ts";
import {
  type PickledTensor,
  p,
  pickledStateDict,
  pickledTensor,
  pickleOf,
} from "./__fixtures__/pickle-builder.ts";
import { checkpointOf, zipOf } from "./__fixtures__/zip-builder.ts";
import { checkpointFrom, openCheckpoint, readCheckpoint } from "./pytorch-checkpoint.ts";
import { readSafetensors } from "./safetensors.ts";

const fixture = (name: string) => fileURLToPath(new URL(`./__fixtures__/${name}`, import.meta.url));
const fixtures = ["plain_dict", "module_state_dict", "optimizer_state", "nested", "legacy"];

/** The expected files hold bfloat16 as float32. */
function widened(read: AnyTensor): AnyTensor {
  return read.dtype === "bfloat16"
    ? { dtype: "float32", dims: read.dims, data: bfloat16ToFloat32(read.data) }
    : read;
}

async function walk(parts: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of parts);
}

async function errorOf(action: Promise<unknown>): Promise<WeightsError> {
  const error: unknown = await action.catch((thrown: unknown) => thrown);
  if (WeightsError.isInstance(error)) return error;
  throw new Error(`expected a WeightsError, got ${String(error)}`);
}

const storage = (values: readonly number[]) => new Uint8Array(Float32Array.from(values).buffer);
const row = (length: number, more: Partial<PickledTensor> = {}): PickledTensor => ({
  key: "0",
  length,
  dims: [length],
  strides: [1],
  ...more,
});

describe("checkpoints that torch.save wrote", () => {
  it.each(fixtures)(
    "reads every tensor of %s: types, views, shared storages, nesting",
    async (name) => {
      const { tensors: expected } = await readSafetensors(fixture(`expected_${name}.safetensors`));
      const read = new Map(
        [...(await readCheckpoint(fixture(`${name}.pt`)))].map(([key, value]) => [
          key,
          widened(value),
        ]),
      );
      expect(read).toEqual(expected);
    },
  );

  it.each(fixtures)("reads %s from a Blob as from a path", async (name) => {
    const blob = new Blob([await readFile(fixture(`${name}.pt`))]);
    expect(await readCheckpoint(blob)).toEqual(await readCheckpoint(fixture(`${name}.pt`)));
  });

  it.each(["plain_dict", "legacy"])(
    "locates the contiguous tensors of %s in the file, and only those",
    async (name) => {
      const weights = await openCheckpoint(fixture(`${name}.pt`));
      const file = await open(fixture(`${name}.pt`));
      const located = weights.names.filter((tensorName) => weights.locate(tensorName));
      for (const tensorName of located) {
        const { offset, length } = weights.locate(tensorName) ?? { offset: 0, length: 0 };
        const direct = new Uint8Array(length);
        await file.read(direct, 0, length, offset);
        expect(direct).toEqual(await weights.read(tensorName));
      }
      await file.close();
      expect(weights.names.filter((tensorName) => !located.includes(tensorName))).toEqual(
        name === "legacy"
          ? ["transposed", "slice", "view2d"]
          : ["transposed", "slice", "view2d", "expanded"],
      );
      await weights.dispose();
    },
  );

  it("opens a file that is one tensor, lists and tuples, and dict keys that are numbers", async () => {
    expect(
      await readCheckpoint(checkpointOf(pickleOf(pickledTensor(row(2))), { 0: storage([1, 2]) })),
    ).toEqual(new Map([["tensor", tensor([2], [1, 2])]]));
    const nested = pickleOf(
      p.emptyDict,
      p.int(7),
      p.mark,
      p.none,
      pickledTensor(row(1)),
      p.tuple,
      p.setItem,
    );
    expect([...(await readCheckpoint(checkpointOf(nested, { 0: storage([1]) }))).keys()]).toEqual([
      "7/1",
    ]);
  });

  it("reads archives whose parts lie beyond 4 GB, without reading what lies between", async () => {
    const { source, reads } = sparseCheckpoint(5 * 2 ** 30);
    const weights = await checkpointFrom(source);
    expect(weights.describe("far")).toEqual({ dtype: "float32", dims: [2] });
    expect(await weights.read("far")).toEqual(storage([3, 4]));
    expect(weights.locate("far")).toMatchObject({ path: "/sparse.pt", length: 8 });
    expect(weights.locate("far")?.offset).toBeGreaterThan(2 ** 32);
    expect(reads.reduce((total, length) => total + length, 0)).toBeLessThan(1_000_000);
  });
});

describe("checkpoints that are damaged or made to deceive", () => {
  const checkpoint = (
    tensors: Readonly<Record<string, PickledTensor>>,
    data: Readonly<Record<string, Uint8Array>> = { 0: storage([1, 2, 3, 4]) },
  ) => checkpointOf(pickledStateDict(tensors), data);

  it.each<[string, Uint8Array, string]>([
    [
      "a pickle that calls os.system",
      checkpointOf(pickleOf(p.global("os", "system"), p.text("touch owned"), p.tuple1, p.reduce)),
      'the global "os.system"',
    ],
    [
      "a storage of complex numbers",
      checkpoint({ w: row(4, { storageType: "ComplexFloatStorage" }) }),
      'the global "torch.ComplexFloatStorage"',
    ],
    [
      "a storage that is not there",
      checkpoint({ w: row(4, { key: "1" }) }),
      'storage "1" is not in the file',
    ],
    [
      "a storage outside its folder",
      checkpoint({ w: row(4, { key: "../data.pkl" }) }),
      "is not in the file",
    ],
    [
      "a storage longer than its entry",
      checkpoint({ w: row(400) }),
      "16 bytes in the file where 400 elements",
    ],
    [
      "a view that ends outside its storage",
      checkpoint({ w: row(4, { offset: 1 }) }),
      "view lies outside",
    ],
    [
      "strides that reach outside",
      checkpoint({ w: row(4, { dims: [2, 2], strides: [3, 1] }) }),
      "view lies outside",
    ],
    [
      "an offset beyond all numbers",
      checkpoint({ w: row(4, { offset: 2 ** 52 }) }),
      "view lies outside",
    ],
    [
      "a negative stride",
      checkpoint({ w: row(4, { strides: [-1] }) }),
      "no proper offset, shape and strides",
    ],
    [
      "a negative dimension",
      checkpoint({ w: row(4, { dims: [-4] }) }),
      "no proper offset, shape and strides",
    ],
    [
      "more strides than dimensions",
      checkpoint({ w: row(4, { strides: [1, 1] }) }),
      "no proper offset, shape and strides",
    ],
    [
      "a shape that cannot be counted",
      checkpoint({ w: row(4, { dims: [2 ** 40, 2 ** 40], strides: [0, 0] }) }),
      "more elements than can be counted",
    ],
    [
      "one number expanded to a terabyte",
      checkpoint({ w: row(4, { dims: [2 ** 38], strides: [0] }) }),
      "made to exhaust memory",
    ],
    [
      "thirty tensors that expand to a gigabyte",
      checkpoint(
        Object.fromEntries(
          Array.from({ length: 30 }, (_, i) => [
            `w${i}`,
            row(4, { dims: [2 ** 23], strides: [0] }),
          ]),
        ),
      ),
      "made to exhaust memory",
    ],
    [
      "two names for one path",
      checkpointOf(
        pickleOf(
          p.emptyDict,
          p.text("0"),
          pickledTensor(row(4)),
          p.setItem,
          p.int(0),
          pickledTensor(row(4)),
          p.setItem,
        ),
        {
          0: storage([1, 2, 3, 4]),
        },
      ),
      'two tensors have the name "0"',
    ],
    [
      "a list that holds itself",
      checkpointOf(pickleOf(p.emptyList, p.put(0), p.get(0), p.append)),
      "nested deeper than 64",
    ],
    [
      "a few lists that unfold to a billion",
      checkpointOf(pickleOf(...billion())),
      "more than 1000000 parts",
    ],
    [
      "nesting to a depth of 100,000",
      checkpointOf(pickleOf(bytes("]".repeat(100_000), "a".repeat(99_999)))),
      "nested deeper than 64",
    ],
    [
      "a parameter that holds no tensor",
      checkpointOf(
        pickleOf(p.global("torch._utils", "_rebuild_parameter"), p.text("x"), p.tuple1, p.reduce),
      ),
      "does not hold a tensor",
    ],
    [
      "a tensor without a storage",
      checkpointOf(
        pickleOf(p.global("torch._utils", "_rebuild_tensor_v2"), p.emptyTuple, p.reduce),
      ),
      "has no storage",
    ],
    [
      "a storage named by a string",
      checkpointOf(pickleOf(p.text("0"), p.persistentId)),
      'named by "0"',
    ],
    [
      "a big-endian file",
      checkpointOf(pickledStateDict({ w: row(4) }), { 0: storage([1, 2, 3, 4]) }, [
        { name: "model/byteorder", data: bytes("big") },
      ]),
      "big-endian",
    ],
    [
      "a TorchScript program",
      checkpointOf(pickleOf(p.none), {}, [{ name: "model/constants.pkl", data: bytes("x") }]),
      "TorchScript",
    ],
    [
      "a zip of something else",
      zipOf([{ name: "readme.txt", data: bytes("hello") }]),
      "0 data.pkl",
    ],
    [
      "two checkpoints in one zip",
      zipOf([
        { name: "a/data.pkl", data: pickleOf(p.none) },
        { name: "b/data.pkl", data: pickleOf(p.none) },
      ]),
      "2 data.pkl",
    ],
    [
      "a pickle that does not match its checksum",
      zipOf([{ name: "a/data.pkl", data: pickleOf(p.none), lies: { crc32: 1 } }]),
      "does not match its checksum",
    ],
    [
      "a pickle of 33 MiB",
      zipOf([{ name: "a/data.pkl", data: new Uint8Array(33 * 2 ** 20) }]),
      "more than the 33554432 allowed",
    ],
  ])("refuses %s, quickly", async (_, file, reason) => {
    const began = performance.now();
    createHash("sha256")
      .update(new Uint8Array(33 * 2 ** 20)) // as long as the longest file here
      .digest();
    const hashed = performance.now();
    expect((await errorOf(readCheckpoint(file))).message).toContain(reason);
    expect(performance.now() - hashed).toBeLessThan(20 * (hashed - began));
  });

  it("names the tensor whose data does not match its checksum, and reads data without one", async () => {
    const withCrc = (crc32: number) =>
      zipOf([
        { name: "a/data.pkl", data: pickledStateDict({ w: row(2) }) },
        { name: "a/data/0", data: storage([1, 2]), lies: { crc32 } },
      ]);
    const error = await errorOf(readCheckpoint(withCrc(7)));
    expect(error).toMatchObject({ tensor: "w", reason: "the data does not match its checksum" });
    const damaged = await openCheckpoint(withCrc(7));
    expect(await errorOf(walk(partsOf(damaged, "w")))).toMatchObject({
      tensor: "w",
      reason: "the data does not match its checksum",
    });
    // torch.serialization.set_crc32_options(False) writes 0
    expect((await readCheckpoint(withCrc(0))).get("w")).toEqual(tensor([2], [1, 2]));
  });

  it.each(["module_state_dict", "legacy"])(
    "never fails in another way, whatever byte of %s is changed and wherever it is cut",
    async (name) => {
      const file = new Uint8Array(await readFile(fixture(`${name}.pt`)));
      for (let at = 0; at < file.length; at += 5) {
        for (const damaged of [
          file.subarray(0, at),
          file.with(at, (file[at] as number) ^ 0xff),
          file.with(at, (at * 89) % 256),
        ]) {
          const error: unknown = await readCheckpoint(damaged).catch((thrown: unknown) => thrown);
          expect(!(error instanceof Error) || WeightsError.isInstance(error)).toBe(true);
        }
      }
    },
  );

  it("refuses a truncated file as such", async () => {
    const file = new Uint8Array(await readFile(fixture("module_state_dict.pt")));
    expect((await errorOf(openCheckpoint(file.subarray(0, 3000)))).advice).toContain("truncated");
    const legacy = new Uint8Array(await readFile(fixture("legacy.pt")));
    expect(
      (await errorOf(openCheckpoint(legacy.subarray(0, legacy.length - 1)))).message,
    ).toContain(`ends at byte ${legacy.length} and the file has ${legacy.length - 1}`);
  });

  it("refuses the older container where it is of another protocol, big-endian, or contradicts itself", async () => {
    const legacy = (protocol: number, littleEndian: Uint8Array, ...rest: readonly Uint8Array[]) =>
      concat([
        bytes(0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, "."),
        pickleOf(p.int(protocol)),
        pickleOf(p.emptyDict, p.text("little_endian"), littleEndian, p.setItem),
        ...rest,
      ]);
    const yes = bytes(0x88);
    const object = pickledStateDict({ w: row(1) });
    const keys = pickleOf(p.emptyList, p.text("0"), p.append);
    const data = concat([uint(1, 8), storage([5])]);
    expect((await readCheckpoint(legacy(1001, yes, object, keys, data))).get("w")).toEqual(
      tensor([1], [5]),
    );
    expect((await errorOf(readCheckpoint(legacy(1000, yes, object, keys, data)))).reason).toContain(
      "the protocol 1000",
    );
    expect(
      (await errorOf(readCheckpoint(legacy(1001, p.newFalse, object, keys, data)))).reason,
    ).toContain("big-endian");
    expect(
      (await errorOf(readCheckpoint(legacy(1001, yes, object, pickleOf(p.none), data)))).reason,
    ).toContain("no list of storages");
    expect(
      (await errorOf(readCheckpoint(legacy(1001, yes, object, pickleOf(p.emptyList), data))))
        .reason,
    ).toContain("not in the file");
    expect(
      (
        await errorOf(
          readCheckpoint(
            legacy(1001, yes, object, pickleOf(p.emptyList, p.text("9"), p.append), data),
          ),
        )
      ).reason,
    ).toContain("does not fit its tensors");
    expect(
      (
        await errorOf(
          readCheckpoint(
            legacy(1001, yes, object, keys, concat([uint(2n ** 40n, 8), storage([5])])),
          ),
        )
      ).reason,
    ).toContain("1099511627776 elements where the tensors say 1");
  });
});

/** Ten lists, each of ten times the one before: a billion parts in a few hundred bytes. */
function billion(): Uint8Array[] {
  const opcodes: Uint8Array[] = [p.emptyList, p.put(0)];
  for (let level = 1; level <= 9; level++)
    opcodes.push(
      p.emptyList,
      p.put(level),
      p.mark,
      ...Array.from({ length: 10 }, () => p.get(level - 1)),
      p.appends,
    );
  return [p.emptyList, p.mark, ...opcodes, p.appends];
}

/**
 * A checkpoint with a storage of `hole` zeros in front, laid out as PyTorch does for files above 4
 * GB; only its ends exist.
 */
function sparseCheckpoint(hole: number): { source: ByteSource; reads: number[] } {
  const local = (name: string, size: number) =>
    concat([
      bytes("PK\x03\x04"),
      uint(45, 2),
      uint(0, 2),
      uint(0, 2),
      uint(0, 4),
      uint(0, 4),
      uint(0xffffffff, 4),
      uint(0xffffffff, 4),
      uint(name.length, 2),
      uint(20, 2),
      bytes(name),
      uint(1, 2),
      uint(16, 2),
      uint(size, 8),
      uint(size, 8),
    ]);
  const central = (name: string, size: number, offset: number) =>
    concat([
      bytes("PK\x01\x02"),
      uint(45, 2),
      uint(45, 2),
      uint(0, 2),
      uint(0, 2),
      uint(0, 4),
      uint(0, 4),
      uint(0xffffffff, 4),
      uint(0xffffffff, 4),
      uint(name.length, 2),
      uint(28, 2),
      uint(0, 2),
      uint(0, 2),
      uint(0, 2),
      uint(0, 4),
      uint(0xffffffff, 4),
      bytes(name),
      uint(1, 2),
      uint(24, 2),
      uint(size, 8),
      uint(size, 8),
      uint(offset, 8),
    ]);
  const pickle = pickledStateDict({ near: row(hole / 4), far: row(2, { key: "1" }) });
  const head = concat([local("m/data.pkl", pickle.length), pickle, local("m/data/0", hole)]);
  const far = storage([3, 4]);
  const farOffset = head.length + hole;
  const farEntry = concat([local("m/data/1", far.length), far]);
  const directory = concat([
    central("m/data.pkl", pickle.length, 0),
    central("m/data/0", hole, head.length - local("m/data/0", hole).length),
    central("m/data/1", far.length, farOffset),
  ]);
  const directoryOffset = farOffset + farEntry.length;
  const end64 = concat([
    bytes("PK\x06\x06"),
    uint(44, 8),
    uint(45, 2),
    uint(45, 2),
    uint(0, 4),
    uint(0, 4),
    uint(3, 8),
    uint(3, 8),
    uint(directory.length, 8),
    uint(directoryOffset, 8),
  ]);
  const locator = concat([
    bytes("PK\x06\x07"),
    uint(0, 4),
    uint(directoryOffset + directory.length, 8),
    uint(1, 4),
  ]);
  const end = concat([
    bytes("PK\x05\x06"),
    uint(0, 4),
    uint(3, 2),
    uint(3, 2),
    uint(directory.length, 4),
    uint(0xffffffff, 4),
    uint(0, 2),
  ]);
  const tail = concat([farEntry, directory, end64, locator, end]);
  const size = farOffset + tail.length;
  const reads: number[] = [];
  const source: ByteSource = {
    label: "sparse.pt",
    path: "/sparse.pt",
    size,
    async read(offset, length) {
      reads.push(length);
      const part = new Uint8Array(length);
      for (let i = 0; i < length; i++)
        part[i] = (offset + i < head.length ? head[offset + i] : tail[offset + i - farOffset]) ?? 0;
      return part;
    },
    async close() {},
  };
  return { source, reads };
}
