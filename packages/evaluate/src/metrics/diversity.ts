import { meanPairwiseDistance } from "../formulas/pairwise-distance.ts";
import type { Metric } from "./metric.ts";

/** Mean distance between two samples' features. */
export const diversity = {
  key: "diversity",
  title: "Diversity",
  better: "higher",
  needs: ["pooled"],
  measure: ({ pooled }, { signal }) =>
    meanPairwiseDistance(pooled.samples, signal ? { signal } : {}),
} as const satisfies Metric<number, "pooled">;
