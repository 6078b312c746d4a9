import { firstTokens } from "./byte-symbols.ts";
import { readMerges, specialToken, type TokenizerFile, vocabularyOf } from "./tokenizer-file.ts";

export type { TokenizerFile } from "./tokenizer-file.ts";

export interface ClipVocabularyOptions {
  /**
   * 49,408 for OpenAI's CLIP (the default), 65,536 for the noised CLIP that GLIDE was released
   * with: the same merge list, read further.
   */
  readonly vocabularySize?: 49_408 | 65_536;
}

/**
 * CLIP's tokens: the contents of a `tokenizer.json`. The start and end tokens are the last two ids.
 * The data (0.4 MB) is loaded at the first call.
 *
 * @throws RangeError where the size is neither of the two.
 * @example
 * ```ts
 * const tokenizer = clipTokenizer(await loadClipVocabulary({ vocabularySize: 65_536 }));
 * ```
 */
export async function loadClipVocabulary({
  vocabularySize = 49_408,
}: ClipVocabularyOptions = {}): Promise<TokenizerFile> {
  if (vocabularySize !== 49_408 && vocabularySize !== 65_536)
    throw new RangeError(`vocabularySize is ${vocabularySize}; expected 49408 or 65536.`);
  const endings = firstTokens.map((symbol) => `${symbol}</w>`);
  const marks = ["<|startoftext|>", "<|endoftext|>"];
  const merges = await readMerges(
    (await import("./assets/clip-merges.ts")).default,
    vocabularySize - 2 * 256 - marks.length,
  );
  const tokens = [...firstTokens, ...endings, ...merges.map((pair) => pair.join("")), ...marks];
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: marks.map((mark, index) =>
      specialToken(vocabularySize - marks.length + index, mark),
    ),
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "NFC" },
        { type: "Replace", pattern: { Regex: "\\s+" }, content: " " },
        { type: "Lowercase" },
      ],
    },
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        {
          type: "Split",
          pattern: { Regex: "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+" },
          behavior: "Removed",
          invert: true,
        },
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    model: { type: "BPE", vocab: vocabularyOf(tokens), merges, end_of_word_suffix: "</w>" },
  };
}
