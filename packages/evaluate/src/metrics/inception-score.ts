import { inceptionScore as scoreOf } from "../formulas/inception-score.ts";
import type { Metric } from "./metric.ts";

/** From 1 to the number of classes. */
export const inceptionScore = {
  key: "inceptionScore",
  title: "Inception score",
  better: "higher",
  needs: ["probabilities"],
  measure: ({ probabilities }) => scoreOf(probabilities),
} as const satisfies Metric<number, "probabilities">;
