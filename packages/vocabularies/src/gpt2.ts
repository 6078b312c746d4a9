import { firstTokens } from "./byte-symbols.ts";
import { readMerges, specialToken, type TokenizerFile, vocabularyOf } from "./tokenizer-file.ts";

export type { TokenizerFile } from "./tokenizer-file.ts";

/**
 * GPT-2's 50,257 tokens in lower case, as GLIDE uses them: the contents of a `tokenizer.json`. The
 * data (0.3 MB) is loaded at the first call.
 *
 * @example
 * ```ts
 * const tokenizer = glideTokenizer(await loadGpt2Vocabulary());
 * tokenizer.encode("a red apple"); // [64, 2266, 17180]
 * ```
 */
export async function loadGpt2Vocabulary(): Promise<TokenizerFile> {
  const merges = await readMerges((await import("./assets/gpt2-merges.ts")).default);
  const endToken = "<|endoftext|>";
  const tokens = [...firstTokens, ...merges.map((pair) => pair.join("")), endToken];
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [specialToken(tokens.length - 1, endToken)],
    normalizer: { type: "Lowercase" },
    pre_tokenizer: {
      type: "ByteLevel",
      add_prefix_space: false,
      trim_offsets: true,
      use_regex: true,
    },
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: { type: "BPE", vocab: vocabularyOf(tokens), merges, end_of_word_suffix: null },
  };
}
