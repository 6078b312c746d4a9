import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { bytes } from "./__fixtures__/byte-parts.ts";
import { openWeights } from "./open-weights.ts";

const fixture = (name: string) => fileURLToPath(new URL(`./__fixtures__/${name}`, import.meta.url));

describe("openWeights", () => {
  it("goes by the first bytes and not by the name", async () => {
    const folder = await mkdtemp(join(tmpdir(), "glissade-"));
    await copyFile(fixture("nested.pt"), join(folder, "a.safetensors"));
    await copyFile(fixture("legacy.pt"), join(folder, "b.safetensors"));
    await copyFile(fixture("expected_nested.safetensors"), join(folder, "c.pt"));
    for (const [name, count] of [
      ["a.safetensors", 4],
      ["b.safetensors", 18],
      ["c.pt", 4],
    ] as const) {
      const weights = await openWeights(join(folder, name));
      expect(weights.names).toHaveLength(count);
      await weights.dispose();
    }
    await rm(folder, { recursive: true });
  });

  it.each([
    ["nothing", new Uint8Array(0), "the file is empty"],
    [
      "a Git LFS pointer",
      bytes("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
      "git lfs pull",
    ],
    ["a web page", bytes("<!DOCTYPE html>"), "web page"],
    ["a GGUF file", bytes("GGUF", 3, 0, 0, 0), "GGUF"],
    ["an HDF5 file", bytes(0x89, "HDF\r\n"), "HDF5"],
    ["a gzipped file", bytes(0x1f, 0x8b, 8, 0), "gzip"],
    ["a plain pickle", bytes(0x80, 4, "N."), "torch.save did not write"],
    ["an empty zip", bytes("PK\x05\x06"), "empty zip"],
    ["noise", bytes("hello world and more"), "neither a safetensors file nor a PyTorch checkpoint"],
  ])("says what it was given: %s", async (_, file, reason) => {
    await expect(openWeights(file)).rejects.toThrow(reason);
  });

  it("refuses what is not a file", async () => {
    await expect(openWeights(42 as unknown as string)).rejects.toThrow(
      "expected a path, a Blob or a Uint8Array",
    );
    await expect(openWeights("/nowhere/base.pt")).rejects.toThrow(
      "/nowhere/base.pt: the file cannot be opened (ENOENT)",
    );
  });
});
