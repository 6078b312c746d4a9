import { InvalidArgumentError } from "@glissade/graph";
import { bytePairEncoding } from "./byte-pair-encoding.ts";
import { cleanText } from "./clean-text.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { assertContextLength, assertText } from "./tokenizer-input.ts";

/** One row of a CLIP text encoder's input. */
export interface ClipTokenRow {
  /**
   * `contextLength` ids: start, the text's, end, then zeros (which is also the id of "!": only
   * `length` tells).
   */
  readonly tokens: Int32Array;
  /** Number of tokens with start and end. */
  readonly length: number;
  /** Whether the text had more tokens than fit. */
  readonly truncated: boolean;
}

/**
 * CLIP's tokeniser: cleaned text in lower case, byte pairs that know the ends of words, a start and
 * an end token.
 */
export interface ClipTokenizer extends Tokenizer {
  readonly startToken: number;
  readonly endToken: number;
  /** A row of `contextLength` tokens: start, as many as fit, end, zeros. */
  paddedTokensAndLength(text: string, contextLength?: number): ClipTokenRow;
}

/**
 * The marks, English contractions, runs of letters, single digits, runs of anything else that is
 * not white space. Ignoring case also finds "ſ" after an apostrophe.
 */
const words =
  /<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\p{White_Space}\p{L}\p{N}]+/giu;

/**
 * CLIP's tokeniser from the contents of a `tokenizer.json`, e.g. `@glissade/vocabularies/clip`. The
 * start and end tokens are the last two ids, 49,406 and 49,407 in OpenAI's CLIP, 65,534 and 65,535
 * in GLIDE's noised CLIP: the file decides. Written out in a text, `<|startoftext|>` and
 * `<|endoftext|>` are these tokens.
 *
 * @param json the parsed file
 * @throws InvalidArgumentError where the file is no byte-level BPE with `</w>` marks and these two
 * tokens at its end.
 * @see Radford et al. 2021, arXiv 2103.00020, section 2.4
 * @example
 * ```ts
 * const tokenizer = clipTokenizer(await loadClipVocabulary());
 * const { tokens, length } = tokenizer.paddedTokensAndLength("a red apple");
 * ```
 */
export function clipTokenizer(
  json: unknown,
  { contextLength = 77 }: { contextLength?: number } = {},
): ClipTokenizer {
  const encoding = bytePairEncoding(json);
  assertContextLength(contextLength, 2);
  const startToken = encoding.vocabularySize - 2;
  const endToken = encoding.vocabularySize - 1;
  if (
    encoding.idOf("<|startoftext|>") !== startToken ||
    encoding.idOf("<|endoftext|>") !== endToken ||
    encoding.idOf("!</w>") === undefined
  ) {
    throw new InvalidArgumentError({
      argument: "tokenizer",
      received: "another file",
      expected:
        "CLIP's layout: </w> at the ends of words, <|startoftext|> and <|endoftext|> as the last two ids",
    });
  }

  const encode = (text: string) => {
    assertText(text);
    const ids: number[] = [];
    for (const [word] of cleanText(text).matchAll(words)) {
      if (word === "<|startoftext|>") ids.push(startToken);
      else if (word === "<|endoftext|>") ids.push(endToken);
      else for (const id of encoding.encodeWord(word)) ids.push(id);
    }
    return ids;
  };
  return {
    vocabularySize: encoding.vocabularySize,
    contextLength,
    startToken,
    endToken,
    encode,
    decode: (ids) => encoding.decode(ids).replaceAll("</w>", " "),
    paddedTokensAndLength(text, rowLength = contextLength) {
      assertContextLength(rowLength, 2);
      const ids = encode(text);
      const row = [startToken, ...ids.slice(0, rowLength - 2), endToken];
      const tokens = new Int32Array(rowLength);
      tokens.set(row);
      return { tokens, length: row.length, truncated: ids.length > rowLength - 2 };
    },
  };
}
