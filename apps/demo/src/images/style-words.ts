/** The styles that the embedded model has learned, as its captions name them. */
export const styleWords = [
  "3d render",
  "flat emoji",
  "shaded emoji",
  "cartoon emoji",
  "paper emoji",
  "blob emoji",
  "clip art",
  "minimal icon",
] as const;
