import { createHmac } from "node:crypto";
import type { Contestants } from "./contestants.ts";
import type { TokenPair } from "./page/messages.ts";
import type { Pair } from "./pairing.ts";

/** One picture of one contestant. */
export interface TokenPicture {
  readonly contestant: string;
  readonly file: string;
}

/** Names for pictures that tell nothing. */
export interface PictureTokens {
  pictureOf(token: string): TokenPicture | undefined;
  hide(pair: Pair): TokenPair;
  /** Undefined where the tokens are not of two contestants' pictures of the same name. */
  reveal(pair: TokenPair): Pair | undefined;
}

/**
 * A keyed hash of contestant and file for each picture. It is the same again as long as the key is,
 * so that a vote which was kept by a page is understood after the server was started anew; without
 * the key nobody can tell what it stands for.
 */
export function pictureTokens(
  { names, pictures }: Pick<Contestants, "names" | "pictures">,
  key: string,
): PictureTokens {
  const token = (contestant: string, file: string) =>
    createHmac("sha256", key)
      .update(JSON.stringify([contestant, file]))
      .digest()
      .subarray(0, 16)
      .toString("base64url");
  const known = new Map<string, TokenPicture>();
  for (const contestant of names)
    for (const { file } of pictures) known.set(token(contestant, file), { contestant, file });
  return {
    pictureOf: (name) => known.get(name),
    hide: ({ question, picture, left, right }) => ({
      question,
      left: token(left, picture),
      right: token(right, picture),
    }),
    reveal({ question, left, right }) {
      const [a, b] = [known.get(left), known.get(right)];
      if (!a || !b || a.file !== b.file || a.contestant === b.contestant) return undefined;
      return { question, picture: a.file, left: a.contestant, right: b.contestant };
    },
  };
}
