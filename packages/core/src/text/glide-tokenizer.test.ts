import { InvalidArgumentError } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { tinyGlideFile } from "./__fixtures__/tiny-tokenizers.ts";
import { glideTokenizer } from "./glide-tokenizer.ts";

// Ids of the small vocabulary: printable ASCII from "!" = 0, "ed" = 256, "red" = 257, " red" = 258,
// "pp" = 259, end = 260. GPT-2's own vocabulary is tested in packages/vocabularies.
describe("glideTokenizer", () => {
  const tokenizer = glideTokenizer(tinyGlideFile(), { contextLength: 6 });

  it("lower-cases, splits and merges", () => {
    expect(tokenizer.encode("RED Red")).toEqual([257, 258]);
    expect(tokenizer.encode("app")).toEqual([64, 259]);
    expect(tokenizer.decode([64, 259, 258])).toBe("app red");
  });

  it("lower-cases also where the file does not say so", () => {
    expect(glideTokenizer({ ...tinyGlideFile(), normalizer: null }).encode("RED")).toEqual([257]);
  });

  it("takes <|endoftext|> in a text for plain characters", () => {
    expect(tokenizer.encode("<|endoftext|>")).toHaveLength(13);
    expect(tokenizer.decode(tokenizer.encode("<|endoftext|>"))).toBe("<|endoftext|>");
  });

  it("counts U+0085 as white space and U+FEFF not, unlike JavaScript's \\s", () => {
    // One word "\ufeff!" could merge across the two characters, two words could not: a merge of the
    // mark's last byte with "!" tells.
    const across = glideTokenizer(
      tinyGlideFile([
        ["¿", "!"],
        ["ħ", "!"],
      ]),
    );
    expect(across.encode("\ufeff!").at(-1)).toBe(256);
    expect(across.encode("\x85!")).toHaveLength(3);
  });

  it("pads with the last id and a false mask", () => {
    expect(tokenizer.paddedTokensAndMask("a red")).toEqual({
      tokens: Int32Array.of(64, 258, 260, 260, 260, 260),
      mask: [true, true, false, false, false, false],
      truncated: false,
    });
    expect(tokenizer.paddedTokensAndMask("").mask).toEqual(Array(6).fill(false));
  });

  it("cuts long text without an end token and says so", () => {
    const row = tokenizer.paddedTokensAndMask("abcdefg");
    expect([...row.tokens]).toEqual([64, 65, 66, 67, 68, 69]);
    expect(row.mask.every(Boolean)).toBe(true);
    expect(row.truncated).toBe(true);
    expect(tokenizer.paddedTokensAndMask("abcdefg", 7).truncated).toBe(false);
  });

  it("refuses what is no well-formed text of a sensible length", () => {
    expect(() => tokenizer.encode(7 as unknown as string)).toThrow("expected a string");
    expect(() => tokenizer.encode("a".repeat(100_001))).toThrow("at most 100000 characters");
    expect(() => tokenizer.encode("\ud83d")).toThrow("surrogate");
    expect(tokenizer.encode("😀")).toHaveLength(4);
  });

  it("refuses ids and context lengths that do not exist", () => {
    expect(() => tokenizer.decode([261])).toThrow("whole numbers from 0 to 260");
    expect(() => tokenizer.decode([-1])).toThrow(InvalidArgumentError);
    expect(() => tokenizer.paddedTokensAndMask("a", 0)).toThrow(InvalidArgumentError);
    expect(() => glideTokenizer(tinyGlideFile(), { contextLength: 2.5 })).toThrow(
      InvalidArgumentError,
    );
  });

  it("refuses a file whose last id is a piece of text", () => {
    const { model, normalizer } = tinyGlideFile();
    const { "<|endoftext|>": _, ...vocab } = model.vocab;
    expect(() => glideTokenizer({ normalizer, model: { ...model, vocab } })).toThrow(
      "the end token has the last id",
    );
  });

  it("encodes a word of 100,000 letters in time that grows with it, not with its square", () => {
    const timeOf = (letters: number) => {
      const start = performance.now();
      expect(tokenizer.encode("p".repeat(letters))).toHaveLength(letters / 2);
      return performance.now() - start;
    };
    const [tenth] = [timeOf(10_000), timeOf(10_000), timeOf(10_000)].sort((a, b) => b - a);
    expect(timeOf(100_000)).toBeLessThan(50 * (tenth ?? 0));
  });
});
