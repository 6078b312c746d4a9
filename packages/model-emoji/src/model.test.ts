import { fileURLToPath } from "node:url";
import { onnx } from "@glissade/backend-onnx";
import {
  glideTokenizer,
  loadGlide,
  openModelFiles,
  parseTextToImageConfig,
  readSafetensors,
  type Tensor,
  textGraph,
  textToImageGraph,
  typedTensor,
} from "@glissade/core";
import { afterAll, describe, expect, it } from "vitest";
import { emoji } from "./index.ts";

const backend = onnx();
afterAll(() => backend.dispose());

describe("the emoji model", () => {
  it("gives the published code's output for its float32 weights, up to the rounding of weights to float16", async () => {
    // One evaluation of the PyTorch network on the checkpoint that this model was converted from: timestep 37, "red apple".
    const { tensors } = await readSafetensors(fileURLToPath(new URL("./__fixtures__/forward.safetensors", import.meta.url)));
    const files = await openModelFiles(emoji);
    const config = parseTextToImageConfig(await files.readJson("base/config.json"));
    const weights = await files.openWeights("base/model.safetensors");
    const text = await backend.compile(textGraph(config), weights);
    const network = await backend.compile(textToImageGraph(config, { height: 32, width: 32 }), weights);
    await weights.dispose();

    const { tokens, mask } = glideTokenizer(await files.readJson("tokenizer/tokenizer.json"), { contextLength: 24 }).paddedTokensAndMask("red apple");
    expect([...tokens.slice(0, 4)]).toEqual([688, 220, 1175, 2047]);
    const { xf_out: _, ...features } = await text.run({
      tokens: typedTensor("int64", [1, 24], BigInt64Array.from(tokens, BigInt)),
      mask: typedTensor("bool", [1, 24], Uint8Array.from(mask, Number)),
    });
    const { output } = await network.run({ x: tensors.get("x") as Tensor, timesteps: typedTensor("float32", [1], Float32Array.of(37)), ...features });

    const expected = (tensors.get("output") as Tensor).data;
    const received = (output as Tensor).data;
    expect(received).toHaveLength(expected.length);
    const largest = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - (received[i] as number))), 0);
    // Measured 7.4e-4 on values up to 3.8; with the float32 weights 2.6e-6.
    expect(largest).toBeLessThan(2e-3);
    expect(largest).toBeGreaterThan(1e-5); // the weights really are float16
  });

  it("loads as a URL and as a package, with its own defaults", async () => {
    for (const source of [emoji, "@glissade/model-emoji"]) {
      const glide = await loadGlide(source, { backend });
      expect(glide.imageSize).toBe(32);
      expect(glide.defaults).toEqual({ sampler: "dpmpp-2m-sde", steps: 40, guidanceScale: 5 });
      await glide.dispose();
    }
  });

  it("draws a red apple: red in the middle, light at the corners", async () => {
    const glide = await loadGlide(emoji, { backend });
    const { images } = await glide.generate({ prompt: "a red apple", seed: 5 });
    await glide.dispose();
    const mean = (left: number, top: number, size: number) => meanColor(images[0]?.data ?? new Uint8Array(), { left, top, size });
    const [red, green, blue] = mean(12, 14, 8);
    expect(red).toBeGreaterThan(120);
    expect(green).toBeLessThan(red / 2);
    expect(blue).toBeLessThan(red / 2);
    for (const [left, top] of [[0, 0], [29, 0], [0, 29], [29, 29]] as const) expect(Math.min(...mean(left, top, 3))).toBeGreaterThan(170); // biome-ignore format: one line
  });
});

/** Mean red, green and blue of a square of a picture 32 pixels wide. */
function meanColor(data: Uint8Array, { left, top, size }: { left: number; top: number; size: number }): [number, number, number] {
  const sums: [number, number, number] = [0, 0, 0];
  for (let y = top; y < top + size; y++) {
    for (let x = left; x < left + size; x++)
      for (const channel of [0, 1, 2] as const) sums[channel] += (data[(y * 32 + x) * 3 + channel] as number) / size ** 2;
  }
  return sums;
}
