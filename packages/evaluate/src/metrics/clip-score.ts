import { clipScore as scoreOf } from "../formulas/caption-match.ts";
import type { Metric } from "./metric.ts";

/** Logit scale times the mean cosine between images and captions. */
export const clipScore = {
  key: "clipScore",
  title: "CLIP score",
  better: "higher",
  needs: ["captioned"],
  measure: ({ captioned }) => scoreOf(captioned.images, captioned.texts, captioned),
  isByClip: true,
} as const satisfies Metric<number, "captioned">;
