import type { Executable } from "@glissade/graph";
import {
  type AnyTensor,
  assertFloat32,
  concatRows,
  rows,
  type Tensor,
  typedTensor,
} from "@glissade/graph";
import type { GlideTokenRow } from "../../text/index.ts";
import type { OpenStage } from "./model-networks.ts";

/**
 * The network's inputs that depend on the text alone, in every step: the projection and each attention layer's
 * keys and values, one row a text.
 */
export type TextFeatures = ReadonlyMap<string, Tensor>;

/**
 * Runs the text graph over one row per text. Its keys and values serve every step of a generation.
 */
export async function encodeText(
  executable: Executable,
  texts: readonly GlideTokenRow[],
  signal?: AbortSignal | undefined,
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
    { signal },
  );
  return new Map(
    Object.entries(results).flatMap(([name, value]: [string, AnyTensor]) =>
      name === "xf_out" ? [] : [[name, assertFloat32(name, value)]],
    ),
  );
}

/** The features of tokenised texts, a row each; none for a network without text. */
export async function textFeatures(
  { text }: Pick<OpenStage, "text">,
  rows: readonly GlideTokenRow[],
  signal?: AbortSignal | undefined,
): Promise<TextFeatures> {
  return text && rows.length > 0 ? encodeText(text, rows, signal) : new Map();
}

/** The features for a batch of images: text row `texts[k]` for image k. */
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
