import { describe, expect, it } from "vitest";
import { controlsFromWindows1252, repairMojibake } from "./mojibake.ts";

describe("repairMojibake", () => {
  it.each([
    ["schÃ¶n", "schön", "Windows-1252"],
    ["â€œquotesâ€\x9d", "“quotes”", "Windows-1252 with an unused byte"],
    ["rÃ\x83Â©sumÃ\x83Â©", "résumé", "Latin-1, twice"],
    ["The Mona Lisa doesnÃ¢â‚¬â„¢t", "The Mona Lisa doesn’t", "Windows-1252, twice"],
    ["ðŸ˜€", "😀", "four bytes"],
    ["Ð—Ð´Ñ€Ð°Ð²", "Здрав", "Cyrillic in Windows-1252"],
    ["РџСЂРёРІРµС‚", "Привет", "Windows-1251"],
    ["2√ó2 ‚Äî caf√©", "2×2 — café", "MacRoman"],
    ["voilÃ  le travail", "voilà le travail", "a no-break space that became a space"],
    ["Ã perturber", "à perturber", "the same before a word"],
    ["日本 cafÃ© Â£5", "日本 café £5", "beside text that was read correctly"],
  ])("reads %j as %j (%3$s)", (text, expected) => {
    expect(repairMojibake(text)).toBe(expected);
  });

  it.each([
    "naïve café, übergroß",
    "IL Y MARQUÉ…",
    "“Brontë…”",
    "SZKÓŁ, szkół",
    "CAFÉ™ OÙ ET QUAND?",
    "IRMÃ”",
    "Úštěk, Рёбра",
    "ÂÊÎ ÔÛ",
    "2 € pour ça",
    "日本語 한국어 עברית",
    "plain",
    "",
  ])("leaves %j alone", (text) => {
    expect(repairMojibake(text)).toBe(text);
  });

  it("does not take overlong forms and surrogates for characters", () => {
    expect(repairMojibake("À¡ í\u00a0\u0080")).toBe("À¡ í\u00a0\u0080");
  });

  it("stays fast on long input", () => {
    const timeOf = (letters: number) => {
      const start = performance.now();
      expect(repairMojibake("Ã³".repeat(letters))).toBe("ó".repeat(letters));
      return performance.now() - start;
    };
    const [tenth] = [timeOf(5_000), timeOf(5_000), timeOf(5_000)].sort((a, b) => b - a);
    expect(timeOf(50_000)).toBeLessThan(50 * (tenth ?? 0)); // a square would make it 100 times
  });
});

describe("controlsFromWindows1252", () => {
  it("reads C1 controls as the punctuation of Windows-1252", () => {
    expect(controlsFromWindows1252("a\x85b\x80\x9f\x81")).toBe("a…b€Ÿ\x81");
  });
});
