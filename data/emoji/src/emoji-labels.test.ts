import { describe, expect, it } from "vitest";
import { labelWithTone, normalizedHexcode, slug, spokenLabel } from "./emoji-labels.ts";

describe("spokenLabel", () => {
  it.each([
    ["flag: Chad", "flag of chad"],
    ["man: red hair", "man with red hair"],
    ["person: bald", "person with a bald head"],
    ["man: beard", "man with a beard"],
    ["keycap: 3", "keycap 3"],
    ["family: man, boy", "family with man, boy"],
    ["woman’s hat", "woman's hat"],
    ["Japanese “here” button", "japanese here button"],
  ])("says %j as %j", (label, spoken) => {
    expect(spokenLabel(label)).toBe(spoken);
  });
});

it("names a skin tone", () => {
  expect(labelWithTone("woman superhero", 2)).toBe("woman superhero with medium-light skin tone");
  expect(labelWithTone("woman with red hair", 5)).toBe("woman with red hair and dark skin tone");
  expect(labelWithTone("cat", 0)).toBe("cat");
});

it("compares names without accents, signs and case, and code points without the variation selector", () => {
  expect(slug("Piñata! (party)")).toBe("pinata-party");
  expect(normalizedHexcode("1f441-fe0f")).toBe("1F441");
});
