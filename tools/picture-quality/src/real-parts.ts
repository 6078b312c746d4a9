/** Parts of the real images of known things, by what they were to the judge's training. */
export const realParts = ["trained", "heldOut", "leftOut"] as const;
export type RealPart = (typeof realParts)[number];
