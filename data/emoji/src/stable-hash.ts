import { createHash } from "node:crypto";

/**
 * A number in [0, 1) that is a function of the text: what splits and fixed choices hang on, so that
 * they are the same on every machine and in every order.
 */
export function stableHash(text: string): number {
  return createHash("sha1").update(text).digest().readUInt32BE(0) / 2 ** 32;
}
