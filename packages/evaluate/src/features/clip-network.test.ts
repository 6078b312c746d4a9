import { onnx } from "@glissade/backend-onnx";
import {
  type Backend,
  InvalidArgumentError,
  loadGlide,
  NumericalError,
  rgbImage,
} from "@glissade/core";
import { emoji } from "@glissade/model-emoji";
import { afterAll, describe, expect, it } from "vitest";
import { openClipNetwork } from "./clip-network.ts";

const backend = onnx();
afterAll(() => backend.dispose());

/** The real backend, and how many compiled graphs it holds for others. */
function counted(): { readonly backend: Backend; open(): number } {
  let open = 0;
  return {
    open: () => open,
    backend: {
      specificationVersion: backend.specificationVersion,
      name: backend.name,
      provider: backend.provider,
      dispose: async () => {},
      async compile(...args) {
        const executable = await backend.compile(...args);
        open++;
        return {
          run: (...inputs) => executable.run(...inputs),
          async dispose() {
            open--;
            await executable.dispose();
          },
        };
      },
    },
  };
}

const image = (level: number, side = 32) =>
  rgbImage(side, side, new Uint8Array(side * side * 3).fill(level));

describe("openClipNetwork", () => {
  it("judges as the pipeline's own clipScore, image by image, at any size", async () => {
    const glide = await loadGlide(emoji, { backend });
    const clip = await openClipNetwork(emoji, { backend });
    // 128 pixels, read at 32
    const { images } = await glide.generate({ prompt: "a red apple", seed: 5, steps: 2 });
    const scores = await glide.clipScore({
      images: [...images, image(40)],
      prompt: "a red apple",
    });
    const { pooled } = await clip.of([...images, image(40)]);
    const text = await clip.texts(["a red apple"]);
    const own = [0, 1].map(
      (row) =>
        clip.logitScale *
        text.data.reduce(
          (sum, value, i) => sum + value * (pooled.data[row * 128 + i] as number),
          0,
        ),
    );
    for (const [k, score] of scores.entries()) expect(own[k]).toBeCloseTo(score, 4);
    await Promise.all([glide.dispose(), clip.dispose()]);
  });

  it("has embeddings of length 1, the same whatever batch an image is in", async () => {
    const clip = await openClipNetwork(emoji, { backend });
    // more than one pass of 64
    const images = Array.from({ length: 70 }, (_, k) => image(3 * k));
    const { pooled, probabilities } = await clip.of(images);
    expect([pooled.dims, probabilities]).toEqual([[70, 128], undefined]);
    const row = (k: number) => pooled.data.subarray(128 * k, 128 * (k + 1));
    for (const k of [0, 63, 69]) {
      expect(Math.hypot(...row(k))).toBeCloseTo(1, 5);
      const alone = (await clip.of([image(3 * k)])).pooled.data;
      expect(
        Math.max(...alone.map((value, i) => Math.abs(value - (row(k)[i] as number)))),
      ).toBeLessThan(1e-5);
    }
    await clip.dispose();
  });

  it("takes texts for classes, with probabilities that sum to 1", async () => {
    const clip = await openClipNetwork(emoji, {
      backend,
      classes: ["a lion", "a red apple", "a house"],
    });
    const { probabilities } = await clip.of([image(0), image(255)]);
    expect(probabilities?.dims).toEqual([2, 3]);
    for (const k of [0, 1])
      expect(
        probabilities?.data.subarray(3 * k, 3 * k + 3).reduce((sum, value) => sum + value),
      ).toBeCloseTo(1, 6);
    expect(clip.card).toMatchObject({ classes: 3, dimensions: 128 });
    await clip.dispose();
  });

  it("frees what it compiled, also where opening is stopped or fails half-way", async () => {
    const { backend: counting, open } = counted();
    const clip = await openClipNetwork(emoji, { backend: counting });
    expect(open()).toBe(2);
    await clip.dispose();
    expect(open()).toBe(0);
    await expect(
      openClipNetwork(emoji, { backend: counting, signal: AbortSignal.abort(new Error("enough")) }),
    ).rejects.toThrow("enough");
    const failing: Backend = {
      ...counting,
      compile: (...args) =>
        open() === 1
          ? Promise.reject(new Error("no room for a second"))
          : counting.compile(...args),
    };
    await expect(openClipNetwork(emoji, { backend: failing })).rejects.toThrow(
      "no room for a second",
    );
    await expect(openClipNetwork(emoji, { backend: counting, classes: [] })).rejects.toThrow(
      InvalidArgumentError,
    );
    expect(open()).toBe(0);
  });

  it("refuses no images, no texts, and numbers that are not finite", async () => {
    const { backend: counting } = counted();
    const broken: Backend = {
      ...counting,
      async compile(...args) {
        const executable = await counting.compile(...args);
        const spoil = async (...inputs: Parameters<typeof executable.run>) => {
          const outputs = await executable.run(...inputs);
          const { normalized } = outputs;
          if (normalized?.dtype === "float32") normalized.data[0] = Number.NaN;
          return outputs;
        };
        return { run: spoil, dispose: () => executable.dispose() };
      },
    };
    const clip = await openClipNetwork(emoji, { backend: broken });
    await expect(clip.of([image(0)])).rejects.toThrow(NumericalError);
    await expect(clip.of([])).rejects.toThrow(InvalidArgumentError);
    await expect(clip.texts([])).rejects.toThrow(InvalidArgumentError);
    await clip.dispose();
  });
});
