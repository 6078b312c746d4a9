import { type Tensor, typedTensor } from "@glissade/graph";
import type { ClipTokenizer } from "./clip-tokenizer.ts";

/** What `clipTextGraph` reads. */
export type ClipTextInputs = {
  /** `[texts, contextLength]`. */
  readonly tokens: Tensor<"int64">;
  /** `[texts]`, start and end counted. */
  readonly lengths: Tensor<"int64">;
};

/**
 * Texts as the inputs of CLIP's text half, one row each.
 *
 * @param context tokens of a row. Default: the tokenizer's own
 * @throws InvalidArgumentError where one is no text
 */
export function clipTextInputs(
  tokenizer: ClipTokenizer,
  texts: readonly string[],
  context = tokenizer.contextLength,
): ClipTextInputs {
  const read = texts.map((text) => tokenizer.paddedTokensAndLength(text, context));
  const tokens = BigInt64Array.from(read.flatMap((row) => Array.from(row.tokens, BigInt)));
  const lengths = BigInt64Array.from(read, ({ length }) => BigInt(length));
  return {
    tokens: typedTensor("int64", [texts.length, context], tokens),
    lengths: typedTensor("int64", [texts.length], lengths),
  };
}
