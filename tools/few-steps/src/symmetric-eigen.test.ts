import { describe, expect, it } from "vitest";
import { symmetricEigen } from "./symmetric-eigen.ts";

describe("symmetricEigen", () => {
  it("solves a matrix of two rows as the quadratic formula does", () => {
    const { values } = symmetricEigen(Float64Array.of(2, 3, 3, -1), 2);
    const root = Math.sqrt((2 + 1) ** 2 / 4 + 3 ** 2);
    expect([...values].sort((a, b) => a - b)).toEqual([expect.closeTo(0.5 - root, 13), expect.closeTo(0.5 + root, 13)]);
  });

  it("finds the vibrations of a string of beads, whose frequencies are known", () => {
    const size = 40;
    const beads = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      beads[i * size + i] = 2;
      if (i > 0) beads[i * size + i - 1] = beads[(i - 1) * size + i] = -1;
    }
    const { values } = symmetricEigen(beads, size);
    const known = Array.from({ length: size }, (_, k) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / (size + 1)));
    for (const [k, value] of [...values].sort((a, b) => a - b).entries()) expect(value).toBeCloseTo(known[k] as number, 12);
  });

  it("gives orthonormal vectors that make the matrix again, also where values repeat", () => {
    const size = 5;
    const ones = new Float64Array(size * size).fill(1); // values 5, 0, 0, 0, 0
    const { values, vectors } = symmetricEigen(ones, size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        const entry = values.reduce((sum, value, k) => sum + value * (vectors[i * size + k] as number) * (vectors[j * size + k] as number), 0);
        const product = values.reduce((sum, _, k) => sum + (vectors[k * size + i] as number) * (vectors[k * size + j] as number), 0);
        expect(entry).toBeCloseTo(1, 13);
        expect(product).toBeCloseTo(i === j ? 1 : 0, 13);
      }
    }
  });

  it("takes a matrix of zeros", () => {
    expect([...symmetricEigen(new Float64Array(9), 3).values]).toEqual([0, 0, 0]);
  });
});
