import { InvalidArgumentError } from "@glissade/graph";
import { type BytePairEncoding, bytePairEncoding } from "./byte-pair-encoding.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { assertContextLength, assertText } from "./tokenizer-input.ts";

/** One row of a GLIDE network's text input. */
export interface GlideTokenRow {
  /** `contextLength` ids: the text's, then the end token. */
  readonly tokens: Int32Array;
  /** True where a token belongs to the text. */
  readonly mask: boolean[];
  /** Whether the text had more tokens than fit, so that its end is not seen by the network. */
  readonly truncated: boolean;
}

/** GPT-2's byte-level tokeniser as GLIDE uses it: lower case, no start or end token. */
export interface GlideTokenizer extends Tokenizer {
  /**
   * The last id of the vocabulary. It pads; the network replaces it by a learned embedding wherever
   * the mask is false.
   */
  readonly endToken: number;
  /**
   * A row of `contextLength` tokens (the tokeniser's own where not given). Longer text is cut,
   * without an end token.
   */
  paddedTokensAndMask(text: string, contextLength?: number): GlideTokenRow;
}

/**
 * GPT-2's words: English contractions, letters, digits, other characters, each with at most one
 * leading space; then runs of white space.
 */
const words =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/**
 * GLIDE's tokeniser from the contents of a `tokenizer.json`: a model's own, or GPT-2's 50,257
 * tokens from `@glissade/vocabularies/gpt2`.
 *
 * @param json the parsed file
 * @throws InvalidArgumentError where the file is no byte-level BPE whose last token is an added
 * one.
 * @see Nichol et al. 2021, arXiv 2112.10741, section 3; Radford et al. 2019
 * @example
 * ```ts
 * const tokenizer = glideTokenizer(JSON.parse(text), { contextLength: 24 });
 * const { tokens, mask } = tokenizer.paddedTokensAndMask("a red apple");
 * ```
 */
export function glideTokenizer(
  json: unknown,
  { contextLength = 128 }: { contextLength?: number } = {},
): GlideTokenizer {
  const encoding = bytePairEncoding(json);
  assertContextLength(contextLength);
  const endToken = encoding.vocabularySize - 1;
  assertEndToken(encoding, endToken);

  const encode = (text: string) => {
    assertText(text);
    const ids: number[] = [];
    for (const [word] of encoding.normalize(text).toLowerCase().matchAll(words))
      for (const id of encoding.encodeWord(word)) ids.push(id);
    return ids;
  };
  return {
    vocabularySize: encoding.vocabularySize,
    contextLength,
    endToken,
    encode,
    decode: (ids) => encoding.decode(ids),
    paddedTokensAndMask(text, length = contextLength) {
      assertContextLength(length);
      const ids = encode(text);
      const tokens = new Int32Array(length).fill(endToken);
      tokens.set(ids.slice(0, length));
      return {
        tokens,
        mask: Array.from(tokens, (_, position) => position < ids.length),
        truncated: ids.length > length,
      };
    },
  };
}

/**
 * GLIDE pads with the last id. In a file without an added token there that id is a piece of text.
 */
function assertEndToken(encoding: BytePairEncoding, endToken: number): void {
  if (encoding.idOf("<|endoftext|>") === endToken) return;
  throw new InvalidArgumentError({
    argument: "tokenizer",
    received: `a file whose last id (${endToken}) is not <|endoftext|>`,
    expected: "GLIDE's layout, where the end token has the last id",
  });
}
