import { sizeOf } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { describeByConfig } from "../checkpoint-networks.ts";
import { publishedModels } from "./published-models.ts";

const files = publishedModels.flatMap(({ release, files }) =>
  files.map((file) => ({ ...file, url: new URL(file.name, release.address).href })),
);

describe("the models that can be pulled", () => {
  it("lie where the published programs look for them", () => {
    expect(files.map(({ url }) => url)).toEqual(
      expect.arrayContaining([
        ...[
          "base",
          "upsample",
          "base_inpaint",
          "upsample_inpaint",
          "clip_image_enc",
          "clip_text_enc",
        ].map((name) => `https://openaipublic.blob.core.windows.net/diffusion/dec-2021/${name}.pt`),
        ...[
          "64x64_diffusion",
          "128x128_classifier",
          "256x256_diffusion_uncond",
          "512x512_diffusion",
        ].map((name) => `https://openaipublic.blob.core.windows.net/diffusion/jul-2021/${name}.pt`),
      ]),
    );
  });

  it("have sizes that fit float32 weights and a PyTorch archive's notes on each, where a size is known", () => {
    const known = files.filter(({ size }) => size !== undefined);
    expect(known.length).toBeGreaterThan(0);
    for (const { size = 0, network } of known) {
      const parameters = [...describeByConfig(network.kind, network.json).parameters.values()];
      const beyond =
        (size - 4 * parameters.reduce((sum, dims) => sum + sizeOf(dims), 0)) / parameters.length;
      expect(beyond).toBeGreaterThan(150);
      expect(beyond).toBeLessThan(400);
    }
  });

  it("make one model each: no part twice, something that draws in it", () => {
    for (const { files } of publishedModels) {
      const networks = files.map(({ network: { kind, json } }) => describeByConfig(kind, json));
      expect(new Set(networks.map(({ folder }) => folder)).size).toBe(files.length);
      expect(networks.some(({ kind }) => kind === "glide" || kind === "adm")).toBe(true);
    }
    expect(new Set(publishedModels.map(({ name }) => name)).size).toBe(publishedModels.length);
  });
});
