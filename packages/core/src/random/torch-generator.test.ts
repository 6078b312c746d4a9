import { InvalidArgumentError } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { torchGenerator } from "./torch-generator.ts";

// Expected numbers are those of PyTorch 2.13 on a CPU. Its normal values differ by up to 2.1e-6
// between processors.
const normalTolerance = 3e-6;

function expectClose(actual: ArrayLike<number>, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  expect(
    Math.max(...expected.map((value, i) => Math.abs(value - (actual[i] as number)))),
  ).toBeLessThan(normalTolerance);
}

describe("torchGenerator", () => {
  it("draws the same noise as torch.randn for fewer than 16 values", () => {
    expectClose(torchGenerator(0).randn([4]).data, [1.5409961, -0.2934289, -2.1787894, 0.56843126]);
    expectClose(
      torchGenerator(42).randn([2, 2]).data,
      [0.33669037, 0.1288094, 0.23446237, 0.23033303],
    );
  });

  it("draws the last 16 values again where a large draw is no multiple of 16", () => {
    const expected = [
      -1.1258398, -1.6959312, 0.5666506, 0.79350835, 0.59883946, -1.5550951, -0.3413604, 1.8530061,
      0.4680964, -0.58549756, -0.17339675, 0.18347794, 1.3893661, 1.5863342, 0.94629836,
      -0.84367675, 0.9318266,
    ];
    expectClose(torchGenerator(0).randn([17]).data, expected);
  });

  it("keeps the second value of a small draw's pair for the next small draw, across a large one", () => {
    const generator = torchGenerator(42);
    expectClose(generator.randn([1]).data, [0.33669037]);
    expectClose(generator.randn([3]).data, [0.1288094, 0.23446237, 0.23033303]);
    expectClose(generator.randn([16]).data.subarray(0, 3), [1.7877893, -0.47804525, -0.24285863]);
    expectClose(generator.randn([1]).data, [1.1102903]);
    expectClose(generator.randn([1]).data, [-1.689799]);
  });

  it("draws the same uniform values and integers as PyTorch, bit for bit", () => {
    expect(torchGenerator(42).rand([4]).data).toEqual(
      Float32Array.of(0.88226926, 0.91500396, 0.38286376, 0.95930564),
    );
    expect(torchGenerator(42).rand64(3)).toEqual(
      Float64Array.of(0.05815448596142969, 0.06291016742457756, 0.12358607277440903),
    );
    expect([...torchGenerator(0).randint(1000, 6)]).toEqual([44, 239, 933, 760, 963, 379]);
  });

  it("takes the low 32 bits of a large seed, as PyTorch does", () => {
    expect([...torchGenerator(2 ** 40 + 5).randint(1000, 4)]).toEqual([411, 814, 767, 885]);
  });

  it("fills a shape row by row and draws nothing for an empty one", () => {
    const generator = torchGenerator(7);
    expect(generator.randn([0, 3]).data.length).toBe(0);
    expect(generator.randn([2, 3, 4, 4])).toMatchObject({ dims: [2, 3, 4, 4], dtype: "float32" });
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53, -1n])("refuses %s as a seed", (seed) => {
    expect(() => torchGenerator(seed)).toThrow(InvalidArgumentError);
  });

  it.each([0, 2 ** 32, 1.5])("refuses %s as the bound of integers", (high) => {
    expect(() => torchGenerator(0).randint(high, 1)).toThrow(InvalidArgumentError);
  });
});
