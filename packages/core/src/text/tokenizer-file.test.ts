import { InvalidArgumentError } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { tinyGlideFile } from "./__fixtures__/tiny-tokenizers.ts";
import { bytePairEncoding } from "./byte-pair-encoding.ts";
import { readTokenizerFile, vocabularySizeOf } from "./tokenizer-file.ts";

describe("readTokenizerFile", () => {
  const file = tinyGlideFile();

  it("accepts merges as pairs and as strings", () => {
    const asStrings = {
      ...file,
      model: { ...file.model, merges: file.model.merges.map((pair) => pair.join(" ")) },
    };
    expect(vocabularySizeOf(readTokenizerFile(asStrings))).toBe(261);
    expect(bytePairEncoding(asStrings).encodeWord(" red")).toEqual(
      bytePairEncoding(file).encodeWord(" red"),
    );
  });

  it.each([
    ["text instead of parsed JSON", "{}"],
    ["null", null],
    ["a file without a model", {}],
    ["a WordPiece model", { model: { type: "WordPiece", vocab: {} } }],
    [
      "a vocabulary with a fractional id",
      { model: { ...file.model, vocab: { ...file.model.vocab, a: 1.5 } } },
    ],
    ["a list as vocabulary", { model: { ...file.model, vocab: ["a"] } }],
    ["merges of three parts", { model: { ...file.model, merges: ["a b c"] } }],
    ["a merge into an unknown token", { model: { ...file.model, merges: [["q", "z"]] } }],
    ["a vocabulary without all bytes", { model: { type: "BPE", vocab: { a: 0 }, merges: [] } }],
    ["added tokens without ids", { ...file, added_tokens: [{ content: "<x>" }] }],
    ["a normaliser that is text", { ...file, normalizer: "Lowercase" }],
    ["a suffix that is no text", { model: { ...file.model, end_of_word_suffix: 1 } }],
  ])("refuses %s", (_, json) => {
    expect(() => readTokenizerFile(json)).toThrow(InvalidArgumentError);
  });

  it("refuses a normaliser that is not known, and keeps the cause", () => {
    expect(() => bytePairEncoding({ ...file, normalizer: { type: "Shout" } })).toThrow(
      expect.objectContaining({ name: "InvalidArgumentError", cause: expect.any(Error) }),
    );
  });
});
