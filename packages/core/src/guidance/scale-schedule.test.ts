import { describe, expect, it } from "vitest";
import { constantScale, cosineScale, linearScale } from "./scale-schedule.ts";

describe("scale schedules", () => {
  it("stay constant", () => {
    expect([0, 0.3, 1].map(constantScale(3))).toEqual([3, 3, 3]);
  });

  it("run in a straight line, up or down", () => {
    expect([0, 0.25, 1].map(linearScale(1, 5))).toEqual([1, 2, 5]);
    expect([0, 0.25, 1].map(linearScale(5, 1))).toEqual([5, 4, 1]);
  });

  it("run along half a cosine", () => {
    const scales = [0, 1 / 3, 0.5, 1].map(cosineScale(1, 5));
    for (const [i, value] of [1, 2, 3, 5].entries()) expect(scales[i]).toBeCloseTo(value, 12);
  });
});
