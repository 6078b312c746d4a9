import { tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { table } from "./__fixtures__/tables.ts";
import { type Gaussian, gaussianFit } from "./feature-moments.ts";
import { frechetDistance } from "./frechet-distance.ts";
import { pivotedCholesky } from "./pivoted-cholesky.ts";

const gaussian = (mean: number[], covariance: number[]): Gaussian => ({
  mean: Float64Array.from(mean),
  covariance: Float64Array.from(covariance),
  count: 2,
});

describe("gaussianFit", () => {
  it("has the mean and the unbiased covariance", () => {
    const { mean, covariance } = gaussianFit(tensor([3, 2], [1, 0, 3, 6, 5, 3]));
    expect([...mean]).toEqual([expect.closeTo(3, 14), expect.closeTo(3, 14)]);
    expect([...covariance]).toEqual([4, 3, 3, 9].map((value) => expect.closeTo(value, 13)));
  });

  it("refuses a single sample", () => {
    expect(() => gaussianFit(tensor([1, 1], [1]))).toThrow("at least 2");
  });
});

describe("frechetDistance", () => {
  it("is the squared distance of means plus that of deviations, in one dimension", () => {
    expect(frechetDistance(gaussian([1], [4]), gaussian([-2], [9]))).toBeCloseTo(9 + 1, 13);
  });

  it("adds up over independent dimensions", () => {
    const distance = frechetDistance(
      gaussian([0, 0, 1], [4, 0, 0, 0, 1, 0, 0, 0, 0]),
      gaussian([0, 2, 1], [1, 0, 0, 0, 16, 0, 0, 0, 0]),
    );
    expect(distance).toBeCloseTo(4 + 1 + 9, 12);
  });

  it("agrees with the closed form of two dimensions where the covariances do not commute", () => {
    const [a, b] = [gaussian([0, 0], [3, 1, 1, 2]), gaussian([0, 0], [1, -0.7, -0.7, 5])];
    // The trace of the root of a 2x2 matrix M is sqrt(tr M + 2 sqrt(det M)), here of M = S1 S2.
    const traceOfProduct = 3 * 1 + 2 * 1 * -0.7 + 2 * 5;
    const determinantOfProduct = (3 * 2 - 1) * (1 * 5 - 0.49);
    const traceOfRoot = Math.sqrt(traceOfProduct + 2 * Math.sqrt(determinantOfProduct));
    expect(frechetDistance(a, b)).toBeCloseTo(3 + 2 + 1 + 5 - 2 * traceOfRoot, 12);
    expect(frechetDistance(b, a)).toBeCloseTo(frechetDistance(a, b), 12);
  });

  it("is zero between a distribution and itself, also where samples do not span the space, and never below", () => {
    const few = gaussianFit(tensor([3, 4], [1, 2, 3, 4, 2, 0, 1, 4, 0, 0, 1, 1]));
    expect(frechetDistance(few, few)).toBeCloseTo(0, 12);
    expect(frechetDistance(few, few)).toBeGreaterThanOrEqual(0);
    expect(frechetDistance(gaussian([0], [0]), gaussian([0], [0]))).toBe(0);
  });
});

describe("pivotedCholesky", () => {
  it("factors a singular covariance into as many columns as it has rank", () => {
    const { covariance } = gaussianFit(table(5, 9, 1.1, 0.7)); // 5 vectors in 9 dimensions: rank 4
    const factor = pivotedCholesky(covariance, 9);
    expect([factor.rows, factor.columns]).toEqual([9, 4]);
    const product = factor.mmul(factor.transpose());
    for (let i = 0; i < 81; i++)
      expect(product.get(Math.floor(i / 9), i % 9)).toBeCloseTo(covariance[i] as number, 13);
  });
});
