import { describe, expect, it } from "vitest";
import { captionsOf } from "./captions.ts";

const apple = {
  source: "fluent3d",
  file: "assets/1f34e.webp",
  label: "red apple",
  keywords: ["health", "apple", "diet"],
  subgroup: "food-fruit",
  style: "3d render",
} as const;

describe("captionsOf", () => {
  it("says label, article, style, keywords, category and background", () => {
    const captions = captionsOf(apple);
    expect(captions).toEqual(
      expect.arrayContaining([
        "red apple",
        "a red apple",
        "a red apple, 3d render",
        "3d render of a red apple",
        "red apple, 3d render",
        "fruit, red apple",
        "a red apple on a white background",
        "3d render of a red apple on a white background",
      ]),
    );
    const [keywords] = captions.filter((caption) => caption.includes("diet"));
    expect(keywords?.split(", ").sort()).toEqual(["3d render", "apple", "diet", "health"]);
  });

  it("never leaves a background unsaid that is not white", () => {
    for (const caption of captionsOf(apple, { background: "dark blue" }))
      expect(caption).toMatch(/on a dark blue background$/);
  });

  it("says a glyph's colour in every caption", () => {
    for (const caption of captionsOf(
      { ...apple, label: "umbrella", style: "silhouette" },
      { color: "purple" },
    ))
      expect(caption).toMatch(/purple/);
  });

  it("has no caption twice", () => {
    const captions = captionsOf({ ...apple, label: "scissors" });
    expect(new Set(captions).size).toBe(captions.length);
  });
});
