import { describe, expect, it } from "vitest";
import { isCountable, plural, withArticle } from "./english.ts";

describe("withArticle", () => {
  it.each([
    ["red apple", "a red apple"],
    ["orange", "an orange"],
    ["umbrella", "an umbrella"],
    ["unicorn", "a unicorn"],
    ["ukulele", "a ukulele"],
    ["hourglass", "an hourglass"],
    ["urn", "an urn"],
    ["ufo", "a ufo"],
    ["x-ray", "an x-ray"],
    ["xylophone", "a xylophone"],
    ["scissors", "scissors"],
    ["cooked rice", "cooked rice"],
    ["bus", "a bus"],
    ["ewe", "a ewe"],
    ["flag of chad", "the flag of chad"],
    ["keycap 3", "keycap 3"],
    ["musical notes", "musical notes"],
  ])("says %j as %j", (label, said) => {
    expect(withArticle(label)).toBe(said);
  });
});

describe("plural", () => {
  it.each([
    ["pizza", "pizzas"],
    ["mouse", "mice"],
    ["computer mouse", "computer mice"],
    ["cherry", "cherries"],
    ["key", "keys"],
    ["fox", "foxes"],
    ["bus", "buses"],
    ["potato", "potatoes"],
    ["four leaf clover", "four leaf clovers"],
    ["tropical fish", "tropical fish"],
    ["maple leaf", "maple leaves"],
  ])("makes %j %j", (one, many) => {
    expect(plural(one)).toBe(many);
  });
});

it("counts what takes an article", () => {
  expect(["taxi", "scissors", "cooked rice", "bus"].map(isCountable)).toEqual([
    true,
    false,
    false,
    true,
  ]);
});
