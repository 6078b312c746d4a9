import { describe, expect, it } from "vitest";
import { mt19937 } from "./mt19937.ts";

describe("mt19937", () => {
  it("gives the 1st and the 10,000th number that the C++ standard states for the seed 5489", () => {
    const next = mt19937(5489);
    expect(next()).toBe(3499211612);
    for (let i = 2; i < 10_000; i++) next();
    expect(next()).toBe(4123659995);
  });

  it("uses the low 32 bits of a seed", () => {
    const draws = (seed: number | bigint) => Array.from({ length: 4 }, mt19937(seed));
    expect(draws(2 ** 40 + 5)).toEqual(draws(5));
    expect(draws((1n << 63n) + 5n)).toEqual(draws(5));
    expect(draws(6)).not.toEqual(draws(5));
  });
});
