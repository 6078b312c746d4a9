import { describe, expect, it } from "vitest";
import { paintedJudge } from "./__fixtures__/painted-judge.ts";
import { knownThings, UnknownThingError } from "./known-things.ts";

const known = knownThings(paintedJudge.description);

describe("a thing's number", () => {
  it.each([
    ["cat", 0],
    ["Cats", 0],
    ["a cab", 2],
    ["the  yellow taxi", 2],
  ])("is found by the name %j", (name, number) => expect(known.numberOf(name)).toBe(number));

  it("is refused with the nearest names where there is none", () => {
    expect(() => known.numberOf("taxis")).toThrow(UnknownThingError);
    expect(() => known.numberOf("taxis")).toThrow(
      /"taxis"\. The nearest that it knows: "taxi", "(?!cab)/,
    );
  });

  it.each([
    ["a yellow taxi, flat emoji", 2],
    ["3d render of a full moon", 5],
    ["a dog, and then a kitty", 0],
    ["dogma", undefined],
  ])("is found in the caption %j", (caption, number) =>
    expect(known.numberIn(caption)).toBe(number),
  );
});
