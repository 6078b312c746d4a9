import type { Executable } from "@glissade/graph";
import {
  type AnyTensor,
  assertFloat32,
  concatRows,
  rows,
  type Tensor,
  typedTensor,
} from "@glissade/graph";
import type { GlideTokenizer, GlideTokenRow } from "../../text/index.ts";
import type { OpenStage } from "./model-networks.ts";

/**
 * What the network is given of the text at every step: the projection and each attention layer's
 * keys and values, one row a text.
 */
export type TextFeatures = ReadonlyMap<string, Tensor>;

/**
 * Runs the text graph over one row per text. Its keys and values serve every step of a generation.
 */
export async function encodeText(
  executable: Executable,
  texts: readonly GlideTokenRow[],
  signal?: AbortSignal,
): Promise<TextFeatures> {
  const length = texts[0]?.tokens.length ?? 0;
  const tokens = BigInt64Array.from(
    texts.flatMap((text) => [...text.tokens]),
    BigInt,
  );
  const mask = Uint8Array.from(
    texts.flatMap((text) => text.mask),
    Number,
  );
  const dims = [texts.length, length];
  const results = await executable.run(
    { tokens: typedTensor("int64", dims, tokens), mask: typedTensor("bool", dims, mask) },
    signal ? { signal } : {},
  );
  return new Map(
    Object.entries(results).flatMap(([name, value]: [string, AnyTensor]) =>
      name === "xf_out" ? [] : [[name, assertFloat32(name, value)]],
    ),
  );
}

/** One row a text for a stage's network; nothing for a network that reads none. */
export async function textFeatures(
  { text, description }: Pick<OpenStage, "text" | "description">,
  tokenizer: GlideTokenizer,
  texts: readonly string[],
  signal?: AbortSignal,
): Promise<TextFeatures> {
  const context = description.config.text?.textContext;
  if (!text || context === undefined) return new Map();
  return encodeText(
    text,
    texts.map((each) => tokenizer.paddedTokensAndMask(each, context)),
    signal,
  );
}

/** The features for a batch of pictures: text row `texts[k]` for picture k. */
export function featuresForRows(
  features: TextFeatures,
  texts: readonly number[],
): Record<string, Tensor> {
  return Object.fromEntries(
    [...features].map(([name, value]) => [
      name,
      concatRows(texts.map((row) => rows(value, row, row + 1))),
    ]),
  );
}
