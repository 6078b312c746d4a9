import { InvalidArgumentError } from "@glissade/core";
import type { TokenizerFile } from "@glissade/core/text";
import { trainBytePairs } from "./byte-pair-training.ts";

export const endOfText = "<|endoftext|>";

/**
 * GPT-2's words: English contractions, letters, digits, other characters, each with at most one
 * leading space; then runs of white space.
 */
const words = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/**
 * Each byte as one printable character, numbered on from U+0100 where Latin-1 has none. Radford et
 * al. 2019, section 2.2.
 */
const byteSymbols = (() => {
  const isPrintable = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte !== 173);
  let others = 0;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCharCode(isPrintable(byte) ? byte : 256 + others++),
  );
})();

/** A Hugging Face `tokenizer.json`, as `glideTokenizer` reads it. */
export interface WrittenTokenizer extends TokenizerFile {
  readonly version: "1.0";
}

/**
 * Learns a byte-level, lower-cased BPE from captions. Its last token is `<|endoftext|>`, which
 * GLIDE pads with.
 *
 * @param size tokens in all @default 2048
 * @param wordsAreAlike whether a caption's first word is written as all others are, with a space
 * before it: one token for a word instead of two
 */
export function trainTokenizer(
  captions: Iterable<string>,
  size = 2048,
  { wordsAreAlike = false } = {},
): WrittenTokenizer {
  const least = byteSymbols.length + 1;
  if (!Number.isSafeInteger(size) || size < least) {
    throw new InvalidArgumentError({
      argument: "size",
      received: size,
      expected: `a whole number from ${least}: one token a byte, and the last`,
    });
  }
  const counts = new Map<string, number>();
  const encoder = new TextEncoder();
  for (const caption of captions) {
    const text = caption.normalize("NFKC").toLowerCase();
    for (const [word] of (wordsAreAlike ? text.replace(firstWord, " ") : text).matchAll(words)) {
      const symbols = Array.from(encoder.encode(word), (byte) => byteSymbols[byte]).join("");
      counts.set(symbols, (counts.get(symbols) ?? 0) + 1);
    }
  }
  const { tokens, merges } = trainBytePairs(counts, [...byteSymbols].sort(), size - 1);
  return tokenizerFile(tokens, merges, wordsAreAlike);
}

/** The place before a text that begins with a word; an empty text stays empty. */
const firstWord = /^(?=\S)/u;

function tokenizerFile(
  tokens: readonly string[],
  merges: readonly (readonly [string, string])[],
  wordsAreAlike: boolean,
): WrittenTokenizer {
  const spaced = { type: "Replace", pattern: { Regex: firstWord.source }, content: " " };
  const byteLevel = {
    type: "ByteLevel",
    add_prefix_space: false,
    trim_offsets: true,
    use_regex: true,
  };
  const written = {
    version: "1.0" as const,
    truncation: null,
    padding: null,
    added_tokens: [
      {
        id: tokens.length,
        content: endOfText,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      },
    ],
    normalizer: {
      type: "Sequence",
      normalizers: [{ type: "NFKC" }, { type: "Lowercase" }, ...(wordsAreAlike ? [spaced] : [])],
    },
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: { ...byteLevel, add_prefix_space: true },
    model: {
      type: "BPE" as const,
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges,
    },
  };
  return written;
}

/** How long captions become. */
export interface TokenCounts {
  readonly mean: number;
  readonly p99: number;
  readonly max: number;
}

export function tokenCounts(
  captions: Iterable<string>,
  encode: (caption: string) => readonly number[],
): TokenCounts {
  const lengths = Float64Array.from(captions, (caption) => encode(caption).length).sort();
  const sum = lengths.reduce((total, length) => total + length, 0);
  return {
    mean: sum / Math.max(1, lengths.length),
    p99: lengths[Math.floor(0.99 * (lengths.length - 1))] ?? 0,
    max: lengths.at(-1) ?? 0,
  };
}
