import { describe, expect, it } from "vitest";
import { filmFrame, filmRate } from "./film-timing.ts";

const frames = (count: number, length: number, from = 0) =>
  Array.from({ length }, (_, k) =>
    filmFrame({ elapsed: ((k + 0.5) * 1000) / filmRate, count, from }),
  );

describe("a film", () => {
  it("runs to its end and back, with neither end twice in a row", () => {
    expect(frames(4, 9)).toEqual([0, 1, 2, 3, 2, 1, 0, 1, 2]);
    expect(frames(2, 4)).toEqual([0, 1, 0, 1]);
  });

  it("goes on from where it was begun", () => {
    expect(frames(4, 4, 2)).toEqual([2, 3, 2, 1]);
  });

  it("stands still with one frame", () => {
    expect(frames(1, 3)).toEqual([0, 0, 0]);
  });
});
