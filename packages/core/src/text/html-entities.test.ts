import { describe, expect, it } from "vitest";
import { unescapeHtml, unescapeHtmlEntities } from "./html-entities.ts";

describe("unescapeHtml", () => {
  // Results of Python 3.11's html.unescape.
  it.each([
    ["fish &amp; chips", "fish & chips"],
    ["&notit;", "¬it;"],
    ["&ampamp;", "&amp;"],
    ["&copy2021", "©2021"],
    ["&Eacute &nGt; &bne;", "É ≫⃒ =⃥"],
    ["&CounterClockwiseContourIntegral;", "∳"],
    ["&#65;&#066;&#x43;&#X44;&#69a", "ABCDEa"],
    [
      "&#0; &#128; &#x81; &#xD800; &#1114112; &#99999999999999999999;",
      "\ufffd € \x81 \ufffd \ufffd \ufffd",
    ],
    ["a&#1;&#11;&#xfdd0;&#xfffe;&#x1ffff;b", "ab"],
    ["&#13;", "\r"],
    ["AT&T & &; &#; &#x; &amp", "AT&T & &; &#; &#x; &"],
  ])("reads %j as %j", (text, expected) => {
    expect(unescapeHtml(text)).toBe(expected);
  });
});

describe("unescapeHtmlEntities", () => {
  it("needs the semicolon", () => {
    expect(unescapeHtmlEntities("fish &amp chips &copy2021 &amp;")).toBe(
      "fish &amp chips &copy2021 &",
    );
  });

  it("reads a name in capitals as the capital letter, unless it is a name of its own", () => {
    expect(unescapeHtmlEntities("P&EACUTE;REZ &LT; &ETH;")).toBe("PÉREZ < Ð");
  });

  it("leaves other spellings alone", () => {
    expect(unescapeHtmlEntities("&Amp; &lT; &nothing; &NOTHING;")).toBe(
      "&Amp; &lT; &nothing; &NOTHING;",
    );
  });
});
