import { describe, expect, it } from "vitest";
import { chanceText, intervalText, pointsText, votesText } from "./result-texts.ts";

describe("texts of the results", () => {
  it("give points their sign, and zero none", () => {
    expect([12.4, -12.6, 0.4, -0.4].map(pointsText)).toEqual(["+12", "\u221213", "0", "0"]);
  });

  it("put a dash in place of what there is not", () => {
    expect([intervalText(null), chanceText(null)]).toEqual(["\u2013", "\u2013"]);
    expect([intervalText([-5, 20]), chanceText(0.756)]).toEqual(["\u22125 to +20", "76 %"]);
  });

  it("count one vote and many", () => {
    expect([votesText(1, 1), votesText(12_000, 3)]).toEqual([
      "1 vote by 1 rater.",
      "12,000 votes by 3 raters.",
    ]);
  });
});
