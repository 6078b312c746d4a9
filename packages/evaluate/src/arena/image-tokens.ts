import { createHmac } from "node:crypto";
import type { Contestants } from "./contestants.ts";
import type { TokenPair } from "./page/messages.ts";
import type { Pair } from "./pairing.ts";

/** One image of one contestant. */
export interface TokenImage {
  readonly contestant: string;
  readonly file: string;
}

/** Names for images that tell nothing. */
export interface ImageTokens {
  imageOf(token: string): TokenImage | undefined;
  hide(pair: Pair): TokenPair;
  /** Undefined where the tokens are not of two contestants' images of the same name. */
  reveal(pair: TokenPair): Pair | undefined;
}

/**
 * A keyed hash of contestant and file for each image. It is the same again as long as the key is,
 * so that a vote which was kept by a page is understood after the server was started anew; without
 * the key nobody can tell what it stands for.
 */
export function imageTokens(
  { names, images }: Pick<Contestants, "names" | "images">,
  key: string,
): ImageTokens {
  const token = (contestant: string, file: string) =>
    createHmac("sha256", key)
      .update(JSON.stringify([contestant, file]))
      .digest()
      .subarray(0, 16)
      .toString("base64url");
  const known = new Map<string, TokenImage>();
  for (const contestant of names)
    for (const { file } of images) known.set(token(contestant, file), { contestant, file });
  return {
    imageOf: (name) => known.get(name),
    hide: ({ question, image, left, right }) => ({
      question,
      left: token(left, image),
      right: token(right, image),
    }),
    reveal({ question, left, right }) {
      const [a, b] = [known.get(left), known.get(right)];
      if (!a || !b || a.file !== b.file || a.contestant === b.contestant) return undefined;
      return { question, image: a.file, left: a.contestant, right: b.contestant };
    },
  };
}
