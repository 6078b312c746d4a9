import { describe, expect, it } from "vitest";
import { roundHalfEven } from "./rounding.ts";

describe("roundHalfEven", () => {
  it("rounds halves to the even neighbour as Python's round() does", () => {
    expect(
      [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 166.5, 499.5].map(roundHalfEven).map((value) => value + 0),
    ).toEqual([-2, -2, 0, 0, 2, 2, 166, 500]);
  });

  it("rounds everything else to the nearest, also just below a half", () => {
    expect([0.49999999999999994, 0.5000000000000001, -1.2, 7, -7].map(roundHalfEven)).toEqual([
      0, 1, -1, 7, -7,
    ]);
  });
});
