import { philoxGenerator } from "@glissade/core/random";
import { InvalidArgumentError, tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { nearestNoise } from "./nearest-noise.ts";

const dims = [3, 1, 2, 2];
const images = tensor(dims, [1, 1, 1, 1, -1, -1, -1, -1, 0.5, -0.5, 0.5, -0.5]);
const generator = () => philoxGenerator(12);

/** Squared distances of the rows of two tensors. */
function distances(a: Float32Array, b: Float32Array, size: number): number[] {
  return Array.from({ length: a.length / size }, (_, row) =>
    a
      .subarray(row * size, (row + 1) * size)
      .reduce((sum, value, i) => sum + (value - (b[row * size + i] as number)) ** 2, 0),
  );
}

describe("nearestNoise", () => {
  it("is plain noise for one candidate, drawn as it was before there were several", () => {
    expect(nearestNoise(images, 1, generator())).toEqual(generator().randn(dims));
  });

  it("takes for each image the nearest of its own draws", () => {
    const random = generator();
    const noise = nearestNoise(images, 5, generator());
    expect(noise.dims).toEqual(dims);
    for (let row = 0; row < 3; row++) {
      const image = images.data.subarray(4 * row, 4 * row + 4);
      const drawn = random.randn([5, 1, 2, 2]).data;
      const all = distances(
        drawn,
        Float32Array.from({ length: 20 }, (_, i) => image[i % 4] as number),
        4,
      );
      const chosen = noise.data.subarray(4 * row, 4 * row + 4);
      expect(distances(chosen, image, 4)[0]).toBe(Math.min(...all));
    }
  });

  it("leaves the noise nearly standard normal: for 3,072 numbers, four draws are about alike", () => {
    const large = tensor([64, 3, 32, 32], new Float32Array(64 * 3072).fill(0.8));
    const { data } = nearestNoise(large, 4, generator());
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    const variance = data.reduce((sum, value) => sum + value * value, 0) / data.length;
    // The mean of a row has the deviation 1 / sqrt(3072); the best of four is 1.03 of them higher.
    expect(mean).toBeGreaterThan(0.5 / Math.sqrt(3072));
    expect(mean).toBeLessThan(1.6 / Math.sqrt(3072));
    expect(variance).toBeCloseTo(1, 1);
  });

  it.each([0, 1.5, Number.NaN])("refuses %s candidates", (candidates) => {
    expect(() => nearestNoise(images, candidates, generator())).toThrow(InvalidArgumentError);
  });
});
