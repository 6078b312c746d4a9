import { stableHash } from "./stable-hash.ts";

/** Parts of the data of things; all but `train` are held out of it. */
export const thingSplits = ["train", "val", "test_style", "test_color", "test_pair"] as const;
export type ThingSplit = (typeof thingSplits)[number];

/** Things drawn in at least this many styles may lose one. */
const leastStyles = 4;

/** The style (as its source) in which no training example shows the thing, of those it has. */
export function heldOutSource(thing: string, sources: readonly string[]): string | undefined {
  if (sources.length < leastStyles || stableHash(`thing style ${thing}`) >= 0.28) return undefined;
  return [...sources].sort()[Math.floor(stableHash(`which style ${thing}`) * sources.length)];
}

/** Whether no training example shows the thing in that colour and says so. */
export function isHeldOutThingColor(thing: string, color: string): boolean {
  return stableHash(`thing color ${thing}|${color}`) < 0.1;
}
