import { InvalidArgumentError } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { tinyClipFile, tinyGlideFile } from "./__fixtures__/tiny-tokenizers.ts";
import { clipTokenizer } from "./clip-tokenizer.ts";

// Ids of the small vocabulary: "!" = 0, "a" = 64, "a</w>" = 256 + 64, "ed</w>" = 512, "red</w>" =
// 513, "é" = 514, start = 515, end = 516. CLIP's own vocabulary is tested in packages/vocabularies.
describe("clipTokenizer", () => {
  const tokenizer = clipTokenizer(tinyClipFile(), { contextLength: 6 });

  it("cleans, splits and merges, with marks at the ends of words", () => {
    expect(tokenizer.encode("A &amp;  RED")).toEqual([320, 261, 513]);
    expect(tokenizer.decode([320, 513])).toBe("a red ");
  });

  it("splits off contractions, also behind a long s, and takes digits one by one", () => {
    expect(tokenizer.encode("a's")).toEqual([320, 6, 338]); // "a</w>", "'", "s</w>"
    // "a</w>", the three bytes of "'ſ" as one word, "t</w>"
    expect(tokenizer.encode("a'ſt")).toEqual([320, 6, 129, 379, 339]);
    expect(tokenizer.encode("12")).toEqual([272, 273]);
  });

  it("takes the marks written out in a text for the special tokens", () => {
    expect(tokenizer.encode("<|StartOfText|>a<|endoftext|>")).toEqual([515, 320, 516]);
  });

  it("pads with zeros between start and end", () => {
    expect(tokenizer.paddedTokensAndLength("a red")).toEqual({
      tokens: Int32Array.of(515, 320, 513, 516, 0, 0),
      length: 4,
      truncated: false,
    });
    expect(tokenizer.paddedTokensAndLength("")).toEqual({
      tokens: Int32Array.of(515, 516, 0, 0, 0, 0),
      length: 2,
      truncated: false,
    });
  });

  it("keeps the end token when it cuts", () => {
    expect(tokenizer.paddedTokensAndLength("a a a a")).toEqual({
      tokens: Int32Array.of(515, 320, 320, 320, 320, 516),
      length: 6,
      truncated: false,
    });
    expect(tokenizer.paddedTokensAndLength("a a a a a")).toEqual({
      tokens: Int32Array.of(515, 320, 320, 320, 320, 516),
      length: 6,
      truncated: true,
    });
  });

  it("refuses other layouts, other input and rows without room for the two marks", () => {
    expect(() => clipTokenizer(tinyGlideFile())).toThrow("CLIP's layout");
    expect(() => tokenizer.encode(null as unknown as string)).toThrow(InvalidArgumentError);
    expect(() => tokenizer.paddedTokensAndLength("a", 1)).toThrow("whole number from 2");
  });
});
