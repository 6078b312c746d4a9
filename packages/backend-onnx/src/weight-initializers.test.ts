import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeSafetensors, openSafetensors, writeSafetensors } from "@glissade/core/weights";
import {
  type AnyTensor,
  float32ToBfloat16,
  float32ToFloat16,
  GraphBuilder,
  tensor,
  typedTensor,
  type WeightSource,
  WeightsError,
  weightsFromTensors,
} from "@glissade/graph";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { onnx } from "./onnx-backend.ts";
import { weightInitializers } from "./weight-initializers.ts";

const backend = onnx({ threads: 1 });
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "glissade-weights-"));
});
afterAll(async () => {
  await backend.dispose();
  await rm(folder, { recursive: true });
});

/** y = x * scale + shift with weights named like a network's. */
function affineGraph(dims: readonly number[]) {
  const g = new GraphBuilder();
  const x = g.input("x", ["batch", ...dims]);
  g.output("y", g.add(g.mul(x, g.parameter("out.scale", dims)), g.parameter("out.shift", dims)));
  return g.build();
}

async function runAffine(weights: WeightSource, dims: readonly number[], x: AnyTensor) {
  const executable = await backend.compile(affineGraph(dims), weights);
  await weights.dispose();
  const { y } = await executable.run({ x });
  await executable.dispose();
  return [...(y?.data ?? [])];
}

const scale = tensor([4], [1, -2, 0.5, 3]);
const shift = tensor([4], [10, 20, 30, 40]);
const x = tensor([2, 4], [1, 1, 1, 1, 2, 4, 6, 8]);
const expected = [11, 18, 30.5, 43, 12, 12, 33, 64];

describe("weights in a safetensors file", () => {
  it("are read from their offset in the file, also after the source is disposed", async () => {
    const file = join(folder, "affine.safetensors");
    await writeSafetensors(file, {
      "some.other": tensor([7], new Float32Array(7)),
      "out.scale": scale,
      "out.shift": shift,
    });
    const weights = await openSafetensors(file);
    const { initializers, externalData, directory } = await weightInitializers(
      affineGraph([4]).parameters,
      weights,
    );
    expect(externalData).toEqual([]);
    expect(directory).toBeDefined();
    for (const { content } of initializers)
      expect(content).toMatchObject({ location: "affine.safetensors", length: 16 });
    expect(
      initializers.map(({ content }) => ("offset" in content ? content.offset % 4 : undefined)),
    ).toEqual([0, 0]);

    const executable = await backend.compile(affineGraph([4]), weights);
    await weights.dispose();
    expect([...((await executable.run({ x })).y?.data ?? [])]).toEqual(expected);
    await executable.dispose();
  });

  it("may be seen through another shape with the same elements", async () => {
    const file = join(folder, "view.safetensors");
    await writeSafetensors(file, {
      "out.scale": tensor([4, 1, 1], scale.data),
      "out.shift": tensor([1, 4], shift.data),
    });
    expect(await runAffine(await openSafetensors(file), [4], x)).toEqual(expected);
  });

  it("may lie in several folders", async () => {
    const [a, b] = [
      join(folder, "first", "a.safetensors"),
      join(folder, "second", "deeper", "b.safetensors"),
    ];
    await mkdir(join(folder, "first"));
    await mkdir(join(folder, "second", "deeper"), { recursive: true });
    await writeSafetensors(a, { "out.scale": scale });
    await writeSafetensors(b, { "out.shift": shift });
    const parts = [await openSafetensors(a), await openSafetensors(b)];
    const partOf = (name: string) => parts.find((part) => part.names.includes(name));
    const both: WeightSource = {
      names: parts.flatMap(({ names }) => names),
      describe: (name) => partOf(name)?.describe(name),
      locate: (name) => partOf(name)?.locate(name),
      read: (name) => (partOf(name) ?? weightsFromTensors({})).read(name),
      dispose: async () => {
        for (const part of parts) await part.dispose();
      },
    };
    expect(await runAffine(both, [4], x)).toEqual(expected);
  });

  it("may be reached by a link out of the model's folder", async () => {
    const blob = join(folder, "blob-0123");
    await writeSafetensors(blob, { "out.scale": scale, "out.shift": shift });
    await mkdir(join(folder, "snapshot"));
    await symlink(blob, join(folder, "snapshot", "model.safetensors"));
    expect(
      await runAffine(await openSafetensors(join(folder, "snapshot", "model.safetensors")), [4], x),
    ).toEqual(expected);
  });

  it("are read into memory where their offset is not aligned to their element", async () => {
    const file = join(folder, "unaligned.safetensors");
    const data = Buffer.concat([
      Buffer.from([0]),
      Buffer.from(scale.data.buffer),
      Buffer.from(shift.data.buffer),
    ]);
    const entry = (start: number, length: number, dtype: string, shape: number[]) => ({
      dtype,
      shape,
      data_offsets: [start, start + length],
    });
    const json = JSON.stringify({
      pad: entry(0, 1, "U8", [1]),
      "out.scale": entry(1, 16, "F32", [4]),
      "out.shift": entry(17, 16, "F32", [4]),
    });
    const header = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    await writeFile(file, Buffer.concat([length, header, data]));
    const weights = await openSafetensors(file);
    expect(weights.locate("out.scale")?.offset).toBe(8 + header.length + 1);
    expect(
      (await weightInitializers(affineGraph([4]).parameters, weights)).directory,
    ).toBeUndefined();
    expect(await runAffine(weights, [4], x)).toEqual(expected);
  });
});

describe("weights in memory", () => {
  it("are written into the model where they are small and passed beside it where they are not", async () => {
    const large = tensor(
      [2000],
      Float32Array.from({ length: 2000 }, (_, i) => i),
    );
    const weights = weightsFromTensors({ "out.scale": large, "out.shift": large });
    const { externalData } = await weightInitializers(affineGraph([2000]).parameters, weights);
    expect(externalData.map(({ path, data }) => [path, data.length])).toEqual([
      ["memory/0", 8000],
      ["memory/1", 8000],
    ]);
    const ones = tensor([1, 2000], new Float32Array(2000).fill(1));
    expect(await runAffine(weights, [2000], ones)).toEqual(
      [...large.data].map((value) => 2 * value),
    );
    expect(
      (
        await weightInitializers(
          affineGraph([4]).parameters,
          weightsFromTensors({ "out.scale": scale, "out.shift": shift }),
        )
      ).externalData,
    ).toEqual([]);
  });
});

describe("weights of another type than float32", () => {
  // exact in both half-precision types up to 2 bits
  const values = Float32Array.from({ length: 600 }, (_, i) => (i - 300) / 64);
  const stored: Record<string, AnyTensor> = {
    float16: typedTensor("float16", [600], float32ToFloat16(values)),
    bfloat16: typedTensor(
      "bfloat16",
      [600],
      float32ToBfloat16(Float32Array.from(values, (value) => Math.round(value))),
    ),
    float64: typedTensor("float64", [600], Float64Array.from(values)),
  };

  it.each(Object.keys(stored))(
    "%s stays as it is stored and is computed with as float32",
    async (dtype) => {
      const scaleOf = stored[dtype] as AnyTensor;
      const file = join(folder, `${dtype}.safetensors`);
      await writeFile(
        file,
        await encodeSafetensors({ "out.scale": scaleOf, "out.shift": tensor([600]) }),
      );
      const weights = await openSafetensors(file);
      const { initializers } = await weightInitializers(affineGraph([600]).parameters, weights);
      expect(initializers[0]?.dtype).toBe(dtype);
      const ones = tensor([1, 600], new Float32Array(600).fill(1));
      expect(await runAffine(weights, [600], ones)).toEqual(
        [...values].map((value) => (dtype === "bfloat16" ? Math.round(value) : value) + 0),
      );
    },
  );
});

describe("weights that do not fit", () => {
  const compile = (tensors: Record<string, AnyTensor>) =>
    backend.compile(affineGraph([4]), weightsFromTensors(tensors));

  it("are refused where one is missing", async () => {
    const error = await compile({ "out.scale": scale }).catch((reason: unknown) => reason);
    expect(WeightsError.isInstance(error) && error.tensor).toBe("out.shift");
  });

  it("are refused where one has another number of elements", async () => {
    await expect(compile({ "out.scale": scale, "out.shift": tensor([5]) })).rejects.toThrow(
      /out\.shift.*shape \[5\] where the network takes \[4\]/,
    );
  });

  it("are refused where one is not of a floating-point type", async () => {
    await expect(
      compile({ "out.scale": scale, "out.shift": typedTensor("int32", [4], new Int32Array(4)) }),
    ).rejects.toThrow(/out\.shift.*int32/);
  });

  it("are refused where their source gives too few bytes", async () => {
    const lying: WeightSource = {
      ...weightsFromTensors({ "out.scale": scale, "out.shift": shift }),
      read: async () => new Uint8Array(3),
    };
    await expect(backend.compile(affineGraph([4]), lying)).rejects.toThrow(
      /3 bytes where its shape needs 16/,
    );
  });
});
