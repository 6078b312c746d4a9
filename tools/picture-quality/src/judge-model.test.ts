import { describe, expect, it } from "vitest";
import { painted, paintedJudge } from "./__fixtures__/painted-judge.ts";
import { judgedRow } from "./judge-model.ts";
import { ceilingOf, settingShares, worstOf } from "./results.ts";

const { signal } = new AbortController();
const row = (prompt: string, answer: number | undefined, shown: readonly number[]) =>
  judgedRow(paintedJudge, { prompt, thing: null }, answer, shown.map(painted), signal);

describe("judgedRow", () => {
  it("gives a judge that is always right, and one that is always wrong", async () => {
    const right = await row("a taxi", 2, [2, 2, 2]);
    const wrong = await row("a taxi", 2, [0, 1, 4]);
    expect(right.verdict.score).toEqual({ images: 3, top1: 3, top5: 3 });
    expect(wrong.verdict.score).toEqual({ images: 3, top1: 0, top5: 3 });
    expect(wrong.verdict.seen).toEqual(["cat", "dog", "sun"]);
  });

  it("does not count the sixth of six things among the first five", async () => {
    const { verdict } = await row("a moon", 5, [0]);
    expect(verdict.score).toEqual({ images: 1, top1: 0, top5: 0 });
  });

  it("judges nothing where there is nothing to be judged", async () => {
    const { verdict } = await row("the eiffel tower", undefined, [3]);
    expect(verdict).toEqual({
      prompt: "the eiffel tower",
      thing: null,
      score: { images: 0, top1: 0, top5: 0 },
      seen: ["tree"],
    });
  });
});

describe("the results", () => {
  it("are shares of all images", async () => {
    const verdicts = [
      (await row("a taxi", 2, [2, 2, 0, 1])).verdict,
      (await row("a moon", 5, [0, 5, 5, 5])).verdict,
      (await row("the eiffel tower", undefined, [1])).verdict,
    ];
    expect(settingShares(verdicts)).toEqual({ top1: 5 / 8, top5: 7 / 8, images: 8 });
    expect(worstOf(verdicts)).toEqual([
      { prompt: "a taxi", thing: "taxi", top1: 0.5, takenFor: "cat" },
      { prompt: "a moon", thing: "moon", top1: 0.75, takenFor: "cat" },
    ]);
  });

  it("set the ceiling by the things that were asked for, as often as they were", () => {
    expect(ceilingOf(paintedJudge.description, ["cat", "taxi", "taxi"])).toEqual({
      top1: (1 + 0.5 + 0.5) / 3,
      top5: 1,
      images: 8,
      heldOut: { top1: 0, top5: 0, images: 0 },
      leftOut: { top1: 0, top5: 1, images: 1 },
    });
  });
});
