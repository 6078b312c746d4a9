import type { Tensor } from "@glissade/core";
import type { RandomGenerator } from "@glissade/core/random";
import type { GlideTokenizer } from "@glissade/core/text";
import { typedTensor } from "@glissade/graph";

/** Captions as a network reads them. */
export interface CaptionTokens {
  /** [B, S] */
  readonly tokens: Tensor<"int64">;
  /** [B, S], true where there is a token of the caption. */
  readonly mask: Tensor<"bool">;
}

/**
 * Tokens and mask of a batch of captions, of which a random part becomes the empty sequence: with
 * those the network learns the unconditional distribution that classifier-free guidance needs
 * beside the conditional one.
 *
 * @param emptyShare probability that a caption is dropped; GLIDE's fine-tuning has 0.2
 * @see Ho & Salimans 2022, arXiv 2207.12598, algorithm 1; Nichol et al. 2021, section 4.2
 */
export function captionTokens(
  tokenizer: GlideTokenizer,
  captions: readonly string[],
  emptyShare: number,
  random: Pick<RandomGenerator, "rand">,
): CaptionTokens {
  const dropped = random.rand([captions.length]).data;
  const rows = captions.map((caption, row) =>
    tokenizer.paddedTokensAndMask((dropped[row] as number) < emptyShare ? "" : caption),
  );
  const dims = [captions.length, tokenizer.contextLength];
  return {
    tokens: typedTensor(
      "int64",
      dims,
      BigInt64Array.from(rows.flatMap(({ tokens }) => Array.from(tokens, BigInt))),
    ),
    mask: typedTensor("bool", dims, Uint8Array.from(rows.flatMap(({ mask }) => mask.map(Number)))),
  };
}
