import { describe, expect, it } from "vitest";
import { Comparison } from "./compare.ts";

const close = (
  actual: ArrayLike<number | bigint>,
  expected: ArrayLike<number | bigint>,
  tolerance = { atol: 0.01, rtol: 0 },
) => new Comparison(tolerance).close("x", actual, expected);

describe("close", () => {
  it("allows atol + rtol * |expected| and not more", () => {
    expect(() => close([1.0625, -9], [1, -10], { atol: 0.0625, rtol: 0.1 })).not.toThrow();
    expect(() => close([0.5], [0], { atol: 0.5, rtol: 9 })).not.toThrow();
    expect(() => close([0.5000001], [0], { atol: 0.5, rtol: 9 })).toThrow(
      "x[0] is 0.5000001, expected 0 (allowed 5.00e-1; 1 of 1 values differ by more)",
    );
  });

  it("names the worst of the values that differ, and counts them", () => {
    expect(() => close([0, 1, 5, 0], [0, 0, 0, 0])).toThrow(
      "x[2] is 5, expected 0 (allowed 1.00e-2; 2 of 4 values differ by more)",
    );
  });

  it.each([
    ["a NaN", [Number.NaN], [1]],
    ["a NaN where a NaN is expected", [Number.NaN], [Number.NaN]],
    ["a number where a NaN is expected", [1], [Number.NaN]],
    ["infinity where a number is expected", [Number.POSITIVE_INFINITY], [1]],
    ["a number where infinity is expected", [1], [Number.POSITIVE_INFINITY]],
    ["the other infinity", [Number.NEGATIVE_INFINITY], [Number.POSITIVE_INFINITY]],
    ["fewer values", [1], [1, 2]],
    ["nothing", [], [1]],
  ])("never passes %s", (_, actual, expected) => {
    expect(() => close(actual, expected, { atol: 1e300, rtol: 0 })).toThrow("x");
    expect(() => close(actual, expected, { atol: 0, rtol: 0.5 })).toThrow("x");
  });

  it("passes equal infinities, and zeros of either sign", () => {
    expect(() =>
      close([Number.POSITIVE_INFINITY, -0], [Number.POSITIVE_INFINITY, 0], { atol: 0, rtol: 0 }),
    ).not.toThrow();
  });

  it("compares 64-bit integers beyond 2^53, and integers of either kind", () => {
    expect(() => close([2n ** 60n + 1n], [2n ** 60n], { atol: 0, rtol: 0 })).toThrow("x[0]");
    expect(() => close([5, 7n], [5n, 7], { atol: 0, rtol: 0 })).not.toThrow();
    expect(() => close([5.5], [5n], { atol: 0, rtol: 0 })).toThrow("x[0]");
  });

  it("asks for equality where there is no tolerance, or one that says exact", () => {
    expect(() => new Comparison(undefined).close("x", [1 + 2 ** -52], [1])).toThrow(
      "allowed 0.00e+0",
    );
    expect(() => new Comparison({ exact: true }).close("x", [1 + 2 ** -52], [1])).toThrow(
      "allowed 0.00e+0",
    );
  });

  it("does not guess at a tolerance stated in words", () => {
    const inWords = { rtol: 1e-3, atol: "max(1e-4 times the largest entry, 1e-6)" } as unknown as {
      rtol: number;
    };
    expect(() => new Comparison(inWords).close("x", [1], [1])).toThrow(
      "states the tolerance of x in words",
    );
    expect(() => new Comparison(inWords).close("x", [1], [1], { atol: 1e-6 })).not.toThrow();
  });

  it("remembers the worst errors of all calls, also of those that failed", () => {
    const check = new Comparison({ atol: 0.25, rtol: 0 });
    expect(check.maxAbsoluteError).toBeUndefined();
    check.close("a", [1, 4.125], [1, 4]);
    check.close("b", [0.25, 2], [0, 2]);
    expect([check.maxAbsoluteError, check.maxRelativeError]).toEqual([0.25, 0.03125]);
    expect(() => check.close("c", [Number.NaN], [1])).toThrow();
    check.close("d", [1], [1]);
    expect(check.maxAbsoluteError).toBeNaN();
    expect(check.count).toBe(4);
  });
});

describe("closeToScale", () => {
  it("measures against the largest magnitude of what is expected", () => {
    const check = new Comparison({ atol: 0, rtol: 0.01 });
    expect(() => check.closeToScale("x", [0.9, -100], [0, -100])).not.toThrow();
    expect(() => check.closeToScale("x", [1.1, -100], [0, -100])).toThrow(
      "x[0] is 1.1, expected 0 (allowed 1.00e+0",
    );
  });
});

describe("equal", () => {
  const check = new Comparison(undefined);
  it.each([
    ["strings", "a", "a", "b"],
    ["arrays of numbers of different kinds", Int32Array.of(1, 2), [1, 2], [1, 3]],
    ["64-bit integers and numbers", BigInt64Array.of(5n), [5], [6]],
    ["lists of strings", ["a", "b"], ["a", "b"], ["b", "a"]],
    ["objects", { a: [1] }, { a: [1] }, { a: [2] }],
    ["what is missing", undefined, undefined, null],
  ])("holds for equal %s and for no others", (_, actual, same, other) => {
    expect(() => check.equal("x", actual, same)).not.toThrow();
    expect(() => check.equal("x", actual, other)).toThrow("x is");
  });

  it("never passes a NaN", () => {
    expect(() => check.equal("x", Number.NaN, Number.NaN)).toThrow();
    expect(() => check.equal("x", [Number.NaN], [Number.NaN])).toThrow();
    expect(() => check.equal("x", { a: Number.NaN }, { a: Number.NaN })).toThrow();
  });
});
