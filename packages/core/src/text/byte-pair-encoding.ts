import { InvalidArgumentError } from "@glissade/graph";
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { symbolsFromText, textFromSymbols } from "./byte-symbols.ts";
import { readTokenizerFile, vocabularySizeOf } from "./tokenizer-file.ts";

/** The part that GLIDE's and CLIP's tokenisers share: one word in, its tokens out. */
export interface BytePairEncoding {
  readonly vocabularySize: number;
  /**
   * The file's own normalisation (letter case, Unicode form), run over the whole text before it is
   * split into words.
   */
  normalize(text: string): string;
  encodeWord(word: string): number[];
  /**
   * The tokens' text, end-of-word marks included. @throws InvalidArgumentError where an id is not
   * in the vocabulary.
   */
  decode(ids: Iterable<number>): string;
  /** The id of a whole token, as the file writes it. */
  idOf(token: string): number | undefined;
}

/**
 * Byte-pair encoding from a `tokenizer.json`. Merging and normalisation are
 * `@huggingface/tokenizers`'; splitting text into words, special tokens and padding are the
 * callers', because the reference implementations differ there from what such a file can say:
 * `<|endoftext|>` is plain text to GLIDE, and white space in their patterns is Unicode's
 * `White_Space` (U+0085, but not U+FEFF), which JavaScript's `\s` is not.
 *
 * @throws InvalidArgumentError where the file is no byte-level BPE or uses a normaliser that is not
 * known.
 * @see Sennrich, Haddow & Birch 2016, arXiv 1508.07909; on bytes: Radford et al. 2019, section 2.2
 */
export function bytePairEncoding(json: unknown): BytePairEncoding {
  const file = readTokenizerFile(json);
  const { model, normalizer } = open(file);
  const vocabularySize = vocabularySizeOf(file);
  const idOfToken = new Map(Object.entries(file.model.vocab));
  for (const { id, content } of file.added_tokens ?? []) idOfToken.set(content, id);
  const tokenOfId = new Map(Array.from(idOfToken, ([token, id]) => [id, token]));

  return {
    vocabularySize,
    normalize: (text) => normalizer?.normalize(text) ?? text,
    encodeWord: (word) =>
      // every token it can make is known: readTokenizerFile
      model.encode([symbolsFromText(word)]).map((token) => idOfToken.get(token) as number),
    decode(ids) {
      let symbols = "";
      for (const id of ids) {
        const token = tokenOfId.get(id);
        if (token === undefined)
          throw new InvalidArgumentError({
            argument: "ids",
            received: id,
            expected: `token ids, whole numbers from 0 to ${vocabularySize - 1}`,
          });
        symbols += token;
      }
      return textFromSymbols(symbols);
    },
    idOf: (token) => idOfToken.get(token),
  };
}

function open({ normalizer, model }: ReturnType<typeof readTokenizerFile>) {
  try {
    const tokenizer = new HuggingFaceTokenizer(
      {
        normalizer,
        model,
        added_tokens: [],
        pre_tokenizer: null,
        post_processor: null,
        decoder: null,
      },
      {},
    );
    if (!tokenizer.model) throw new Error("it has no model");
    return { model: tokenizer.model, normalizer: tokenizer.normalizer };
  } catch (cause) {
    throw new InvalidArgumentError({
      argument: "tokenizer",
      received: `a file that cannot be used (${cause instanceof Error ? cause.message : cause})`,
      expected: "a byte-level BPE tokenizer.json",
      cause,
    });
  }
}
