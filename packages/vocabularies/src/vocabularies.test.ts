import { clipTokenizer, glideTokenizer } from "@glissade/core/text";
import { describe, expect, it } from "vitest";
import strings from "./__fixtures__/strings.json" with { type: "json" };
import { loadClipVocabulary } from "./clip.ts";
import { loadGpt2Vocabulary } from "./gpt2.ts";

// The fixture: captions, contractions, white space, controls, mojibake, entities, scripts and emoji
// under glide_text2im's get_encoder() and SimpleTokenizer().
describe("loadGpt2Vocabulary", async () => {
  const file = await loadGpt2Vocabulary();
  const tokenizer = glideTokenizer(file);

  it("holds 50,257 tokens, the last one being the end token", () => {
    expect(file.model.merges).toHaveLength(50_000);
    expect(new Set(Object.values(file.model.vocab)).size).toBe(50_257);
    expect(file.added_tokens).toMatchObject([
      { id: 50_256, content: "<|endoftext|>", special: true },
    ]);
    expect(file.model.merges.slice(0, 3)).toEqual([
      ["Ġ", "t"],
      ["Ġ", "a"],
      ["h", "e"],
    ]);
  });

  it.each(strings)(
    "gives the reference's ids and text for $text",
    ({ text, glide_tokens, glide_decoded }) => {
      expect(tokenizer.encode(text)).toEqual(glide_tokens);
      expect(tokenizer.decode(glide_tokens)).toBe(glide_decoded);
    },
  );
});

describe("loadClipVocabulary", async () => {
  const tokenizer = clipTokenizer(await loadClipVocabulary());

  it.each(strings)(
    "gives the reference's ids and text for $text",
    ({ text, clip_tokens, clip_decoded }) => {
      expect(tokenizer.encode(text)).toEqual(clip_tokens);
      expect(tokenizer.decode(clip_tokens)).toBe(clip_decoded);
    },
  );

  it("holds CLIP's 49,408 tokens, the last two being the start and the end token", () => {
    expect([tokenizer.vocabularySize, tokenizer.startToken, tokenizer.endToken]).toEqual([
      49_408, 49_406, 49_407,
    ]);
  });

  it("reads the merge list further for GLIDE's noised CLIP", async () => {
    const large = clipTokenizer(await loadClipVocabulary({ vocabularySize: 65_536 }));
    expect([large.vocabularySize, large.startToken, large.endToken]).toEqual([
      65_536, 65_534, 65_535,
    ]);
    expect(large.encode("a red apple")).toEqual(tokenizer.encode("a red apple"));
    // a word there, the start token here
    expect(large.decode([49_406])).not.toBe(tokenizer.decode([49_406]));
  });

  it("refuses other sizes", async () => {
    await expect(loadClipVocabulary({ vocabularySize: 50_000 as 65_536 })).rejects.toThrow(
      "expected 49408 or 65536",
    );
  });
});
