import { InvalidArgumentError } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { philox4x32, philoxGenerator } from "./philox.ts";

const ones = 0xffffffff;

describe("philox4x32", () => {
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [ones, ones, ones, ones],
      [ones, ones],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ] as const)(
    "gives Random123's known answer for the counter %j and the key %j",
    (counter, key, answer) => {
      expect(philox4x32(counter, key)).toEqual(answer);
    },
  );
});

describe("philoxGenerator", () => {
  it("takes its uniform values from the counters 0, 1, ... with the seed as key and the stream above the count", () => {
    const seed = (0x299f31d0n << 32n) | 0xa4093822n;
    const stream = (0x03707344n << 32n) | 0x13198a2en;
    const blocks = [0, 1].flatMap((count) => [
      ...philox4x32([count, 0, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]),
    ]);
    expect([...philoxGenerator(seed, stream).rand([8]).data]).toEqual(
      blocks.map((word) => (word >>> 8) / 2 ** 24),
    );
  });

  it("draws normal values with the moments of a standard normal distribution", () => {
    const n = 100_000;
    const { data } = philoxGenerator(1).randn([n]);
    const moment = (power: number) => data.reduce((sum, value) => sum + value ** power, 0) / n;
    expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(moment(3))).toBeLessThan(4 * Math.sqrt(15 / n));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / n));
  });

  it("begins a long draw with the values of a short one", () => {
    expect(philoxGenerator(7).randn([3]).data).toEqual(
      philoxGenerator(7).randn([50]).data.slice(0, 3),
    );
  });

  it("gives other values for another call, seed or stream", () => {
    const generator = philoxGenerator(7);
    const draws = [
      generator.randn([4]),
      generator.randn([4]),
      philoxGenerator(8).randn([4]),
      philoxGenerator(7, 1).randn([4]),
    ];
    expect(new Set(draws.map(({ data }) => data.join())).size).toBe(4);
  });

  it("refuses what is no seed or stream", () => {
    expect(() => philoxGenerator(-1)).toThrow(InvalidArgumentError);
    expect(() => philoxGenerator(0, 0.5)).toThrow(InvalidArgumentError);
  });
});
