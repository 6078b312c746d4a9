import { rPrecision as precisionOf, type RPrecision } from "../formulas/caption-match.ts";
import type { Metric } from "./metric.ts";
import { significant } from "./significant.ts";

/** How often CLIP finds an image's own caption, beside the chance of guessing. */
export const rPrecision = {
  key: "rPrecision",
  title: "R-precision",
  better: "higher",
  needs: ["captioned"],
  measure: ({ captioned: { images, texts, captions } }, { seed }) =>
    precisionOf(images, texts, captions, { seed }),
  isByClip: true,
  columns: ["r_precision", "r_precision_chance"],
  numbers: ({ precision, chance }) => [precision, chance],
  beside: "chance",
  cell: ({ precision, chance }) => `${significant(precision, 3)} (${significant(chance, 2)})`,
  line: ({ precision, distractors, chance }) =>
    `${precision} among ${distractors} others (chance ${chance})`,
} as const satisfies Metric<RPrecision, "captioned">;
