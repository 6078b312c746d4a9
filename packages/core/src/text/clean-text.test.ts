import { describe, expect, it } from "vitest";
import { cleanText, fixText } from "./clean-text.ts";

describe("cleanText", () => {
  // Each pair: a string and what OpenAI's CLIP cleaning (with ftfy 6.3.1) makes of it.
  it.each([
    ["  An  Oil\tPainting ", "an oil painting"],
    ["fish &amp;amp; chips", "fish & chips"],
    ["&amp;amp;amp;lt;", "<"],
    ["o’clock o\u02bcclock", "o'clock o'clock"],
    ["«guillemets» „low“ ‹a› ‚b‘", "«guillemets» \"low\" ‹a› 'b'"],
    ["line\r\nbreak a\u2028b\u2029c", "line break a b c"],
    ["a\x85b", "a…b"],
    ["\ufeffbom a\x0bb\x0cc", "bom ab c"],
    ["\x1c dog \x1f", "dog"],
    ["esc\x1b[31;1mred\x1b[0m del\x7f", "escred del"],
    ["cafe\u0301 \u212bngström", "café ångström"],
    ["ﬁne ﬂow ﬀ ĳ ŉ ǅ ǈ ﬅ", "fine flow ff ij 'n dž lj ſt"],
    ["ｆｕｌｌ　ｗｉｄｔｈ！ ｶﾞ", "full width! ガ"],
    ["P&EACUTE;REZ &hellip;", "pérez …"],
    ["&Amp; &LT; &lT;", "&amp; < &lt;"],
  ])("makes %j into %j", (text, expected) => {
    expect(cleanText(text)).toBe(expected);
  });

  it("is done in bounded time with references inside references", () => {
    expect(cleanText(`&${"amp;".repeat(20_000)}`).length).toBeLessThan(80_000);
  });
});

describe("fixText", () => {
  it("leaves entities alone from the first line with markup on", () => {
    expect(fixText("&lt;3\n<b>&lt;3</b>\n&lt;3")).toBe("<3\n<b>&lt;3</b>\n&lt;3");
  });

  it("keeps what shapes text: joiners, direction marks, tab and form feed", () => {
    const text = "\u200d\u200e\u202e\t\f👩\u200d🚀";
    expect(fixText(text)).toBe(text);
  });
});
