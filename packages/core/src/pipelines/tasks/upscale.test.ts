import type { Executable } from "@glissade/graph";
import { InvalidArgumentError, interpreter, mapTensor, type Tensor, tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { rgbImage } from "../../image/index.ts";
import { torchGenerator } from "../../random/index.ts";
import { tinyCascade, tinyModel } from "../../testing/tiny-model.ts";
import { loadGlide } from "../load-glide.ts";
import { tiledNetwork, tileStarts } from "../run/tiled-network.ts";

const plain = (width: number, height: number) =>
  rgbImage(
    width,
    height,
    Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 37) % 251),
  );

describe("upscale", () => {
  it("enlarges an image of any size by the model's factor", async () => {
    const backend = interpreter();
    const glide = await loadGlide(await tinyModel(await tinyCascade()), { backend });
    for (const [width, height] of [
      [4, 4],
      [3, 2],
      [9, 5],
    ] as const) {
      // biome-ignore format: one line
      const { images, settings } = await glide.upscale({ image: plain(width, height), prompt: "dot", seed: 4, count: 2 });
      expect(images.map((image) => [image.width, image.height, image.seed])).toEqual([
        [2 * width, 2 * height, 4],
        [2 * width, 2 * height, 5],
      ]);
      expect(settings).toMatchObject({ prompt: "dot", steps: 2, temperature: 1 });
    }
    const error = await glide.upscale({ image: plain(1025, 1) }).catch((reason: unknown) => reason);
    expect(InvalidArgumentError.isInstance(error) && error.argument).toBe("image");
    await expect(glide.upscale({ image: plain(4, 4), temperature: 0 })).rejects.toThrow(
      /temperature/,
    );
    await glide.dispose();
    expect(backend.openExecutables).toBe(0);
  });
});

describe("tiles", () => {
  it("cover a length evenly and share at least a quarter", () => {
    expect(tileStarts(4, 4)).toEqual([0]);
    for (const [length, side] of [
      [5, 4],
      [64, 32],
      [100, 32],
      [1000, 64],
    ] as const) {
      // biome-ignore format: one line
      const starts = tileStarts(length, side);
      expect([starts[0], starts.at(-1)]).toEqual([0, length - side]);
      for (const [k, start] of starts.slice(1).entries())
        expect(start - (starts[k] ?? 0)).toBeLessThanOrEqual(Math.ceil(0.75 * side));
    }
  });

  it("leave no trace where a network looks at one place alone", async () => {
    // Gives twice x back: whatever the tiles are, so must the whole do.
    const local: Executable = {
      async run({ x }) {
        return { output: mapTensor(x as Tensor, (value) => 2 * value) };
      },
      async dispose() {},
    };
    const { randn } = torchGenerator(1);
    const x = randn([2, 3, 22, 18]);
    const { output } = await tiledNetwork(local, { side: 8, lowSide: 4 }).run({
      x,
      low_res: tensor([2, 3, 11, 9]),
    });
    const expected = mapTensor(x, (value) => 2 * value);
    expect(output?.dims).toEqual(expected.dims);
    const largest = expected.data.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - ((output as Tensor).data[i] ?? 0))),
      0,
    );
    expect(largest).toBeLessThan(1e-6);
  });
});
