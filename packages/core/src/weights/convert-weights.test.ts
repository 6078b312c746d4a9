import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { WeightSource } from "@glissade/graph";
import {
  float32ToFloat16,
  partsOf,
  tensor,
  typedTensor,
  weightsFromTensors,
} from "@glissade/graph";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { convertWeights } from "./convert-weights.ts";
import { openCheckpoint, readCheckpoint } from "./pytorch-checkpoint.ts";
import { openSafetensors, readSafetensors } from "./safetensors.ts";
import { writeSafetensors } from "./write-safetensors.ts";

const fixture = (name: string) => fileURLToPath(new URL(`./__fixtures__/${name}`, import.meta.url));
let folder = "";
let to = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "glissade-"));
  to = join(folder, "model.safetensors");
});
afterEach(() => rm(folder, { recursive: true }));

const mixed = weightsFromTensors({
  w: tensor([3], [1, 1.0009765625, 65504]),
  d: typedTensor("float64", [1], Float64Array.of(0.1)),
  n: typedTensor("int64", [], BigInt64Array.of(5n)),
});

describe("converting weights", () => {
  it("writes every tensor of a checkpoint as it is", async () => {
    const from = await openCheckpoint(fixture("plain_dict.pt"));
    await convertWeights({ from, to, metadata: { format: "pt" } });
    await from.dispose();
    const { tensors } = await readSafetensors(to);
    expect(tensors).toEqual(await readCheckpoint(fixture("plain_dict.pt")));
  });

  it("casts floating-point weights and leaves integers alone", async () => {
    await convertWeights({ from: mixed, to, dtype: "float16" });
    const half = (await readSafetensors(to)).tensors;
    expect(half.get("w")).toEqual(
      typedTensor("float16", [3], Uint16Array.of(0x3c00, 0x3c01, 0x7bff)),
    );
    expect(half.get("n")).toEqual(typedTensor("int64", [], BigInt64Array.of(5n)));
    await convertWeights({ from: mixed, to, dtype: "bfloat16" });
    expect((await readSafetensors(to)).tensors.get("w")).toEqual(
      typedTensor("bfloat16", [3], Uint16Array.of(0x3f80, 0x3f80, 0x4780)),
    );
    await convertWeights({ from: weightsFromTensors(half), to, dtype: "float32" });
    expect((await readSafetensors(to)).tensors.get("w")).toEqual(
      tensor([3], [1, 1.0009765625, 65504]),
    );
  });

  it("renames, and leaves out what has no new name", async () => {
    await convertWeights({
      from: mixed,
      to,
      rename: (name) => (name === "n" ? undefined : `unet.${name}`),
    });
    expect([...(await readSafetensors(to)).tensors.keys()].sort()).toEqual(["unet.d", "unet.w"]);
  });

  it("holds one tensor at a time", async () => {
    let held = 0;
    let most = 0;
    const from: WeightSource = {
      ...mixed,
      async read(name) {
        most = Math.max(most, ++held);
        return mixed.read(name);
      },
    };
    await convertWeights({ from, to, onProgress: () => held-- });
    expect(most).toBe(1);
  });

  it("reads and casts a large tensor in parts, to the same values", async () => {
    const large = join(folder, "large.safetensors");
    const values = Float32Array.from({ length: 5_000_001 }, (_, i) => Math.fround(Math.sin(i)));
    await writeSafetensors(large, { w: tensor([values.length], values) });
    const from = await openSafetensors(large);
    const parts: number[] = [];
    for await (const part of partsOf(from, "w")) parts.push(part.length);
    expect(parts).toEqual([2 ** 24, 4 * values.length - 2 ** 24]);
    await convertWeights({ from, to, dtype: "float16" });
    await from.dispose();
    const { data } = (await readSafetensors(to)).tensors.get("w") ?? {};
    const expected = float32ToFloat16(values);
    expect(data?.length).toBe(expected.length);
    expect(expected.findIndex((bits, i) => data?.[i] !== bits)).toBe(-1);
  });

  it("stops where it is told to and leaves nothing behind", async () => {
    const controller = new AbortController();
    const stopped = convertWeights({
      from: mixed,
      to,
      signal: controller.signal,
      onProgress: () => controller.abort(new Error("enough")),
    });
    await expect(stopped).rejects.toThrow("enough");
    await expect(
      convertWeights({ from: mixed, to, signal: AbortSignal.abort(new Error("before")) }),
    ).rejects.toThrow("before");
    expect(await readdir(folder)).toEqual([]);
  });

  it("refuses a weight that the type cannot hold, two weights of one name, unknown types and no path", async () => {
    const large = weightsFromTensors({ w: tensor([2], [1, 65_520]) });
    await expect(convertWeights({ from: large, to, dtype: "float16" })).rejects.toThrow(
      'tensor "w": its value 65520 is too large for float16. Use bfloat16',
    );
    const larger = weightsFromTensors({ w: typedTensor("float64", [1], Float64Array.of(1e300)) });
    await expect(convertWeights({ from: larger, to, dtype: "float32" })).rejects.toThrow(
      "its value 1e+300 is too large for float32",
    );
    await expect(convertWeights({ from: mixed, to, rename: () => "same" })).rejects.toThrow(
      'it would get the name "same", which "w" has already',
    );
    await expect(convertWeights({ from: mixed, to, dtype: "float8" as "float16" })).rejects.toThrow(
      'no weight type "float8"; known: float32, float16, bfloat16',
    );
    await expect(convertWeights({ from: mixed, to: "" })).rejects.toThrow("the path of a file");
    expect(await readdir(folder)).toEqual([]);
  });

  it("keeps infinities and NaNs that were there before", async () => {
    const from = weightsFromTensors({ w: tensor([2], [Number.POSITIVE_INFINITY, Number.NaN]) });
    await convertWeights({ from, to, dtype: "float16" });
    expect((await readSafetensors(to)).tensors.get("w")?.data).toEqual(
      Uint16Array.of(0x7c00, 0x7e00),
    );
  });
});
