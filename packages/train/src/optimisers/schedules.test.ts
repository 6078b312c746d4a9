import { InvalidArgumentError } from "@glissade/core";
import { describe, expect, it } from "vitest";
import { clipScale, globalNorm } from "./gradient-norm.ts";
import { constantRate, cosineRate, linearRate } from "./learning-rate.ts";

describe("learning rates", () => {
  it("rise in equal steps that end at the peak", () => {
    const rate = constantRate(0.4, { warmUp: 4 });
    expect([0, 1, 2, 3, 4, 1000].map(rate)).toEqual([0.1, 0.2, 0.30000000000000004, 0.4, 0.4, 0.4]);
  });

  it("fall on a cosine or a straight line to the final rate and stay there", () => {
    const cosine = cosineRate({ peak: 1, final: 0.2, steps: 14, warmUp: 4 });
    [
      [3, 1],
      [4, 1],
      [9, 0.6],
      [14, 0.2],
      [99, 0.2],
    ].forEach(([step = 0, expected = 0]) => {
      expect(cosine(step)).toBeCloseTo(expected, 12);
    });
    expect(cosineRate({ peak: 1, steps: 3 })(1)).toBeCloseTo(0.75, 12);
    expect([0, 5, 10, 11].map(linearRate({ peak: 1, steps: 10 }))).toEqual([1, 0.5, 0, 0]);
  });

  it("refuse what is no schedule", () => {
    expect(() => constantRate(-1)).toThrow(InvalidArgumentError);
    expect(() => linearRate({ peak: 1, steps: 5, warmUp: 5 })).toThrow(/more than the 5/);
  });
});

describe("gradient clipping", () => {
  it("measures all gradients together, without losing small ones", () => {
    expect(globalNorm(Float32Array.of(3, 0, 0, 0, 4))).toBe(5);
    const many = new Float32Array(1 << 20).fill(1e-4);
    expect(globalNorm(many)).toBeCloseTo(1e-4 * 1024, 8);
  });

  it("scales down to the limit and leaves shorter gradients alone, as clip_grad_norm_ does", () => {
    expect(clipScale(4, 1)).toBeCloseTo(1 / 4.000001, 15);
    expect(clipScale(0.5, 1)).toBe(1);
    expect(() => clipScale(Number.NaN, 1)).toThrow(/overflowed/);
    expect(() => clipScale(1, 0)).toThrow(InvalidArgumentError);
  });
});
