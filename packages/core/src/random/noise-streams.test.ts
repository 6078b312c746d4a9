import { InvalidArgumentError, rows } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { batchNoise, perImageNoise } from "./noise-streams.ts";
import { philoxGenerator } from "./philox.ts";
import { assertSeed, imageSeeds } from "./seed.ts";
import { torchGenerator } from "./torch-generator.ts";

const shape = (batch: number) => [batch, 3, 4, 4];

describe("perImageNoise", () => {
  it("gives an image the same noise alone and in a batch, in every draw", () => {
    const batch = perImageNoise(imageSeeds(5, 3));
    const alone = perImageNoise([6]);
    for (let draw = 0; draw < 3; draw++)
      expect(rows(batch(shape(3)), 1, 2).data).toEqual(alone(shape(1)).data);
  });

  it("draws what the image's generator draws for one image", () => {
    expect(perImageNoise([42])(shape(1))).toEqual(torchGenerator(42).randn(shape(1)));
    expect(perImageNoise([42], (seed) => philoxGenerator(seed))(shape(1))).toEqual(
      philoxGenerator(42).randn(shape(1)),
    );
  });

  it("refuses a draw of another number of rows, no seeds, and what is no seed", () => {
    expect(() => perImageNoise([1, 2])(shape(3))).toThrow("2 rows");
    expect(() => perImageNoise([])).toThrow(InvalidArgumentError);
    expect(() => perImageNoise([0.5])).toThrow(InvalidArgumentError);
  });
});

describe("batchNoise", () => {
  it("draws for the whole batch from one generator", () => {
    const noise = batchNoise(3);
    const generator = torchGenerator(3);
    for (let draw = 0; draw < 2; draw++) expect(noise(shape(2))).toEqual(generator.randn(shape(2)));
  });

  it("keeps the first rows where the loop runs two for each image, as after torch.manual_seed(7); torch.randn(2, 3, 2, 2)[:1]", () => {
    const expected = [
      -0.8201345, 0.39563116, 0.8989085, -1.3884039, -0.16699602, 0.28514996, -0.6410915,
      -0.8936554, -0.8489086, -1.2169294, -0.081021585, 1.3614851,
    ];
    const { dims, data } = batchNoise(7, { rowsPerImage: 2 })([1, 3, 2, 2]);
    expect(dims).toEqual([1, 3, 2, 2]);
    for (const [i, value] of expected.entries())
      expect(Math.abs((data[i] as number) - value)).toBeLessThan(3e-6);
  });

  it("refuses a fraction of rows", () => {
    expect(() => batchNoise(0, { rowsPerImage: 1.5 })).toThrow(InvalidArgumentError);
  });
});

describe("imageSeeds", () => {
  it("counts up from the seed", () => {
    expect(imageSeeds(7, 3)).toEqual([7, 8, 9]);
  });

  it("refuses seeds beyond the largest and counts below one", () => {
    expect(() => imageSeeds(Number.MAX_SAFE_INTEGER, 2)).toThrow(InvalidArgumentError);
    expect(() => imageSeeds(0, 0)).toThrow(InvalidArgumentError);
    expect(() => imageSeeds(Number.NaN, 1)).toThrow("seed is NaN");
  });
});

describe("assertSeed", () => {
  it("accepts every integer from 0 to 2^53 - 1, and bigints of 64 bits", () => {
    for (const seed of [0, 1, Number.MAX_SAFE_INTEGER, 0n, (1n << 64n) - 1n])
      expect(() => assertSeed(seed)).not.toThrow();
  });

  it.each([-1, 1.5, Number.NaN, Infinity, "1", undefined, 1n << 64n])("refuses %s", (seed) => {
    expect(() => assertSeed(seed)).toThrow(InvalidArgumentError);
  });
});
