import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tensor, typedTensor, weightsFromTensors } from "@glissade/graph";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSafetensors, readSafetensors } from "./safetensors.ts";
import { encodeSafetensors, writeSafetensors } from "./write-safetensors.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "glissade-"));
});
afterEach(() => rm(folder, { recursive: true }));

const weights = {
  "a.mask": typedTensor("bool", [3], Uint8Array.of(1, 0, 1)),
  "a.weight": tensor([2, 2], [1, 2, 3, 4]),
  steps: typedTensor("int64", [], BigInt64Array.of(7n)),
};

describe("writing safetensors", () => {
  it("writes a file that reads back, and the same bytes as into memory", async () => {
    const path = join(folder, "model.safetensors");
    await writeSafetensors(path, weights, { metadata: { format: "pt" } });
    const { tensors, metadata } = await readSafetensors(path);
    expect(Object.fromEntries(tensors)).toEqual(weights);
    expect(metadata).toEqual({ format: "pt" });
    expect(new Uint8Array(await readFile(path))).toEqual(
      await encodeSafetensors(weights, { metadata: { format: "pt" } }),
    );
    expect(await readdir(folder)).toEqual(["model.safetensors"]);
  });

  it("begins the data at a multiple of 8 and aligns every tensor to its element", async () => {
    const path = join(folder, "model.safetensors");
    await writeSafetensors(path, weights);
    const source = await openSafetensors(path);
    const offsets = Object.fromEntries(
      source.names.map((name) => [name, source.locate(name)?.offset ?? -1]),
    );
    expect((offsets.steps as number) % 8).toBe(0);
    expect((offsets["a.weight"] as number) % 4).toBe(0);
    expect(source.names).toEqual(["steps", "a.weight", "a.mask"]);
    await source.dispose();
  });

  it("reports progress tensor by tensor, up to the whole", async () => {
    const seen: number[] = [];
    await encodeSafetensors(weights, {
      onProgress: ({ writtenBytes, totalBytes }) => seen.push(writtenBytes / totalBytes),
    });
    expect(seen).toEqual([8 / 27, 24 / 27, 1]);
  });

  it("leaves the old file, and nothing else, where it is aborted in the middle", async () => {
    const path = join(folder, "model.safetensors");
    await writeFile(path, "old");
    const controller = new AbortController();
    const stopped = writeSafetensors(path, weights, {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
    expect(await readdir(folder)).toEqual(["model.safetensors"]);
    expect(await readFile(path, "utf8")).toBe("old");
  });

  it("leaves nothing where a tensor cannot be read or gives too few bytes", async () => {
    const source = weightsFromTensors(weights);
    const path = join(folder, "model.safetensors");
    const failing = { ...source, read: () => Promise.reject(new Error("the disk is gone")) };
    await expect(writeSafetensors(path, failing)).rejects.toThrow("the disk is gone");
    const short = { ...source, read: async () => new Uint8Array(3) };
    await expect(writeSafetensors(path, short)).rejects.toThrow(
      "gave 3 bytes where its shape needs 8",
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it("says that a place cannot be written", async () => {
    await expect(
      writeSafetensors(join(folder, "none", "model.safetensors"), weights),
    ).rejects.toThrow("the file cannot be written (ENOENT)");
    await mkdir(join(folder, "taken"));
    await expect(writeSafetensors(join(folder, "taken"), weights)).rejects.toThrow(
      "the file cannot be written (EISDIR)",
    );
    expect(await readdir(folder)).toEqual(["taken"]);
  });

  it("refuses names and metadata that the format has no room for", async () => {
    await expect(encodeSafetensors({ __metadata__: tensor([1]) })).rejects.toThrow(
      "keeps this name",
    );
    await expect(
      encodeSafetensors(weights, { metadata: { count: 3 as unknown as string } }),
    ).rejects.toThrow("expected strings by name");
  });
});
