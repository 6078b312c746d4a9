import { InvalidArgumentError } from "@glissade/core";
import { rows, tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { reference, samples, table } from "./__fixtures__/tables.ts";
import { clipScore, rPrecision } from "./caption-match.ts";
import { FeatureMoments, gaussianFit } from "./feature-moments.ts";
import { frechetDistance } from "./frechet-distance.ts";
import { inceptionScore } from "./inception-score.ts";
import { kernelDistance } from "./kernel-distance.ts";
import { meanPairwiseDistance } from "./pairwise-distance.ts";
import { manifoldMetrics } from "./precision-recall.ts";

// The numbers were computed in float64 with NumPy 2.4, by the formulas as the papers print them (no
// neighbour lists, no streaming, roots by eigh).
describe("metrics of two tables of features agree with NumPy", () => {
  it("Fréchet distance", () => {
    expect(frechetDistance(gaussianFit(reference), gaussianFit(samples))).toBeCloseTo(
      0.8372596806822781,
      6,
    ); // the samples are rounded to float32 here
  });

  it("Fréchet distance of fewer vectors than dimensions", () => {
    expect(
      frechetDistance(gaussianFit(rows(reference, 0, 4)), gaussianFit(rows(samples, 0, 5))),
    ).toBeCloseTo(1.9610182570565167, 6);
  });

  it("kernel distance, of whole sets and as the mean of subsets", async () => {
    const whole = await kernelDistance(rows(reference, 0, 30), samples);
    expect(whole).toEqual({
      mean: expect.closeTo(0.024164069208391314, 6),
      deviation: 0,
      subsetSize: 30,
    });
    const { mean, deviation, subsetSize } = await kernelDistance(rows(reference, 0, 30), samples, {
      subsets: 400,
      subsetSize: 20,
    });
    expect(subsetSize).toBe(20);
    // the subsets' mean is unbiased
    expect(Math.abs(mean - whole.mean)).toBeLessThan((4 * deviation) / Math.sqrt(400));
  });

  it("precision, recall, density and coverage", async () => {
    expect(await manifoldMetrics(reference, samples)).toEqual({
      precision: 1,
      recall: expect.closeTo(0.675, 12),
      density: expect.closeTo(1.7866666666666666, 12),
      coverage: expect.closeTo(0.925, 12),
    });
  });

  it("mean distance of pairs", async () => {
    expect(await meanPairwiseDistance(samples)).toBeCloseTo(2.011862698106441, 6);
  });

  it("Inception score in three splits", () => {
    const exponentials = [...reference.data].map(Math.exp);
    const sums = Array.from({ length: 40 }, (_, i) =>
      exponentials.slice(6 * i, 6 * i + 6).reduce((a, b) => a + b),
    );
    const probabilities = tensor(
      [40, 6],
      exponentials.map((value, k) => value / (sums[Math.floor(k / 6)] as number)),
    );
    expect(inceptionScore(probabilities, { splitSize: 15 })).toBeCloseTo(1.2344374195246577, 6);
  });
});

describe("FeatureMoments", () => {
  it("does not depend on how the rows are cut into batches, nor on a large common offset", () => {
    const shifted = tensor(
      reference.dims,
      reference.data.map((value) => Math.fround(value) + 4096),
    ); // exact enough: the offset is a power of two
    const whole = gaussianFit(shifted);
    const moments = new FeatureMoments(6);
    for (const [start, end] of [
      [0, 1],
      [1, 8],
      [8, 8 + 31],
      [39, 40],
    ] as const)
      moments.add(rows(shifted, start, end));
    const batched = moments.gaussian();
    expect(batched.count).toBe(40);
    for (let i = 0; i < 36; i++)
      expect(batched.covariance[i]).toBeCloseTo(whole.covariance[i] as number, 11);
    for (let i = 0; i < 6; i++) expect(batched.mean[i]).toBeCloseTo(whole.mean[i] as number, 11);
  });
});

describe("what cannot be measured is refused, and named", () => {
  const broken = tensor([8, 2], [...new Array(15).fill(0.5), Number.NaN]);
  const good = table(8, 2, 1, 2);

  it("a feature that is not finite", async () => {
    const attempts: readonly (() => unknown)[] = [
      () => gaussianFit(broken),
      () => kernelDistance(good, broken),
      () => manifoldMetrics(broken, good),
      () => meanPairwiseDistance(broken),
      () => clipScore(good, broken),
    ];
    for (const attempt of attempts) {
      const error = await Promise.resolve()
        .then(attempt)
        .catch((error: unknown) => error);
      expect(InvalidArgumentError.isInstance(error) && error.message).toContain(
        "NaN in row 7, dimension 1",
      );
    }
  });

  it("sets of other dimensions, too few images, and rows that are no probabilities", async () => {
    await expect(kernelDistance(good, table(8, 3, 1, 2))).rejects.toThrow(
      '"3 dimensions"; expected 2, as the reference has',
    );
    await expect(manifoldMetrics(good, rows(good, 0, 5))).rejects.toThrow(
      '"features of 5 images"; expected at least 6',
    );
    expect(() => gaussianFit(rows(good, 0, 1))).toThrow("at least 2");
    expect(() => inceptionScore(good)).toThrow("probabilities from 0 that sum to 1");
    expect(() => frechetDistance(gaussianFit(good), gaussianFit(table(8, 3, 1, 2)))).toThrow(
      '"3 dimensions"; expected 2',
    );
  });

  it("stops when asked to", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(kernelDistance(good, good, { signal })).rejects.toThrow("enough");
    await expect(manifoldMetrics(good, good, { signal })).rejects.toThrow("enough");
    await expect(meanPairwiseDistance(good, { signal })).rejects.toThrow("enough");
  });
});

describe("captions", () => {
  const images = tensor([3, 2], [1, 0, 0, 1, 0.6, 0.8]);

  it("has the scaled mean cosine of pairs as CLIP score", () => {
    expect(clipScore(images, images)).toBeCloseTo(100, 5);
    expect(
      clipScore(images, tensor([3, 2], [0, 1, 1, 0, 0.6, 0.8]), { logitScale: 10 }),
    ).toBeCloseTo(10 / 3, 5);
  });

  it("counts an image whose caption is nearest, and shares it among equals", () => {
    const captions = ["a", "b", "c"];
    expect(rPrecision(images, images, captions)).toEqual({
      precision: 1,
      distractors: 2,
      chance: 1 / 3,
    });
    const allEqual = tensor([3, 2], [1, 0, 1, 0, 1, 0]);
    expect(rPrecision(images, allEqual, captions).precision).toBeCloseTo(1 / 3, 12);
    expect(rPrecision(images, tensor([3, 2], [0, 1, 1, 0, -1, 0]), captions).precision).toBe(0);
  });

  it("never offers a distractor that reads like the caption itself", () => {
    const twice = tensor([4, 2], [1, 0, 1, 0, 0, 1, 0, 1]);
    expect(rPrecision(twice, twice, ["a", "a", "b", "b"])).toEqual({
      precision: 1,
      distractors: 1,
      chance: 0.5,
    });
    expect(() => rPrecision(twice, twice, ["a", "a", "a", "a"])).toThrow(
      "at least two different captions",
    );
  });
});
