import { describe, expect, it } from "vitest";
import { best, hitsOf } from "./ranking.ts";

describe("hitsOf", () => {
  it.each([
    [[0.1, 0.9, 0.5], 1, true, true],
    [[0.1, 0.9, 0.5], 0, false, true],
    [[6, 5, 4, 3, 2, 1], 4, false, true],
    [[6, 5, 4, 3, 2, 1], 5, false, false],
  ])("finds in %j number %d: first %s, among five %s", (scores, answer, top1, top5) => {
    expect(hitsOf(scores, answer)).toEqual({ top1, top5 });
  });

  it("counts a tie against the answer", () => {
    expect(hitsOf([0, 0, 0, 0, 0, 0], 0)).toEqual({ top1: false, top5: false });
  });
});

it("finds the best score", () => {
  expect(best([-3, -1, -2])).toBe(1);
});
