import { describe, expect, it } from "vitest";
import { sourceNames } from "./sources.ts";
import { isHeldOutColor, isHeldOutPair, splitPictures } from "./splits.ts";

const pictures = Array.from({ length: 700 }, (_, concept) =>
  sourceNames.slice(0, 5).map((source) => ({
    source,
    file: `icon-${concept}`,
    hexcode: `1F${concept}`,
    concept: `thing ${concept}`,
    kind: "object" as const,
    tone: 0,
  })),
).flat();

describe("splitPictures", () => {
  it("holds out a concept in every style", () => {
    const splits = splitPictures(pictures);
    const heldOut = new Set(
      pictures
        .filter((_, position) => splits[position] === "test_concept")
        .map(({ concept }) => concept),
    );
    const others = pictures.filter((_, position) => splits[position] !== "test_concept");
    expect(heldOut.size).toBeGreaterThan(3);
    expect(heldOut.size).toBeLessThan(30);
    expect(others.filter(({ concept }) => heldOut.has(concept))).toEqual([]);
  });

  it("holds out one style of a concept, and leaves the others to training", () => {
    const splits = splitPictures(pictures);
    const stylesOf = new Map<string, string[]>();
    for (const [position, { concept }] of pictures.entries())
      if (splits[position] === "test_style")
        stylesOf.set(concept, [...(stylesOf.get(concept) ?? []), concept]);
    expect(stylesOf.size / 700).toBeCloseTo(0.08, 1);
    expect([...stylesOf.values()].every(({ length }) => length === 1)).toBe(true);
  });

  it("gives a picture the same part whatever the order", () => {
    const backwards = splitPictures([...pictures].reverse()).reverse();
    expect(backwards).toEqual(splitPictures(pictures));
  });

  it("takes an unseen concept out of the sources that know it by name only", () => {
    const splits = splitPictures(pictures);
    const unseen = pictures[splits.indexOf("test_concept")];
    const clipArt = {
      source: "openclipart" as const,
      file: "a.svg",
      hexcode: null,
      concept: unseen?.concept ?? "",
      kind: "clipart" as const,
      tone: 0,
    };
    expect(splitPictures([...pictures, clipArt]).at(-1)).toBe("test_concept");
  });
});

it("holds a pair out in both orders", () => {
  const names = Array.from({ length: 60 }, (_, index) => `thing ${index}`);
  const pairs = names.flatMap((first) => names.map((second) => [first, second] as const));
  expect(
    pairs.every(([first, second]) => isHeldOutPair(first, second) === isHeldOutPair(second, first)),
  ).toBe(true);
  expect(
    pairs.filter(([first, second]) => isHeldOutPair(first, second)).length / pairs.length,
  ).toBeCloseTo(0.1, 1);
});

it("holds out a tenth of the colours of things", () => {
  const colors = Array.from({ length: 2000 }, (_, index) =>
    isHeldOutColor(`thing ${index}`, "red"),
  );
  expect(colors.filter(Boolean).length / colors.length).toBeCloseTo(0.1, 1);
});
