import { openModelFiles } from "@glissade/core/model";
import { describe, expect, it } from "vitest";
import { readModelFolder } from "../scripts/read-model-folder.ts";
import { files } from "./files.ts";
import { emoji } from "./index.ts";

describe("the list of the emoji model's files", () => {
  it("agrees with the folder: paths, lengths, hashes (else: npm run files -w packages/model-emoji)", () => {
    const listed = Object.entries(files).map(([path, { bytes, sha256 }]) => ({
      path,
      bytes,
      sha256,
    }));
    expect(listed).toEqual(readModelFolder());
    expect(listed.length).toBeGreaterThan(10);
  });

  it("gives every file the address of its path", () => {
    for (const [path, { url }] of Object.entries(files))
      expect(url.href).toBe(new URL(`../model/${path}`, import.meta.url).href);
  });

  it("leaves weights in their files in Node, where they are mapped", async () => {
    const weights = await (await openModelFiles(emoji)).openWeights("base/model.safetensors");
    const [first = ""] = weights.names;
    expect(weights.locate(first)?.path).toMatch(/model-emoji.model.base.model\.safetensors$/);
    await weights.dispose();
  });
});
