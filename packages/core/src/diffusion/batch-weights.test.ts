import { InvalidArgumentError, tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { batchOf, extract, filledByRow, weightedSumByRow } from "./batch-weights.ts";

const values = Float64Array.of(0.1, 0.2, 0.3);

describe("extract", () => {
  it("gives every row the constant of its step, rounded to float32", () => {
    expect([...extract(values, [2, 0], 2)]).toEqual([Math.fround(0.3), Math.fround(0.1)]);
    expect([...extract(values, 1, 3)]).toEqual(new Array(3).fill(Math.fround(0.2)));
  });

  it.each([[3], [-1], [0.5], [Number.NaN], [[0]], [[0, 1, 2]], [[0, 3]]])(
    "refuses %j for two rows of a diffusion of three steps",
    (t) => {
      expect(() => extract(values, t, 2)).toThrow(InvalidArgumentError);
    },
  );
});

describe("weightedSumByRow", () => {
  const x = tensor([2, 2], [1, 2, 3, 4]);

  it("weights each row on its own", () => {
    const sum = weightedSumByRow(
      [Float64Array.of(1, 10), x],
      [Float64Array.of(-1, 0), tensor([2, 2], [5, 6, 7, 8])],
    );
    expect(sum).toEqual(tensor([2, 2], [-4, -4, 30, 40]));
  });

  it("adds before it rounds", () => {
    const one = tensor([1, 1], [1]);
    expect(
      weightedSumByRow(
        [Float64Array.of(1e9), one],
        [Float64Array.of(1), one],
        [Float64Array.of(-1e9), one],
      ).data[0],
    ).toBe(1);
  });

  it("refuses shapes that differ, and another number of weights", () => {
    expect(() =>
      weightedSumByRow([Float64Array.of(1, 1), x], [Float64Array.of(1, 1), tensor([2, 1])]),
    ).toThrow(InvalidArgumentError);
    expect(() => weightedSumByRow([Float64Array.of(1), x])).toThrow("2 weights");
    expect(() => weightedSumByRow()).toThrow(InvalidArgumentError);
  });
});

describe("filledByRow", () => {
  it("fills rows with their number", () => {
    expect(filledByRow([2, 1, 2], Float64Array.of(3, 4))).toEqual(tensor([2, 1, 2], [3, 3, 4, 4]));
  });
});

describe("batchOf", () => {
  it("is the leading axis, which a scalar has not", () => {
    expect(batchOf(tensor([4, 2]))).toBe(4);
    expect(() => batchOf(tensor([]))).toThrow(InvalidArgumentError);
  });
});
