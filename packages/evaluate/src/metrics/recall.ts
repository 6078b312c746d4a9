import type { Metric } from "./metric.ts";

/** 0 to 1: the share of the reference inside the samples' manifold. */
export const recall = {
  key: "recall",
  title: "Recall",
  better: "higher",
  needs: ["manifolds"],
  measure: ({ manifolds }) => manifolds.recall,
  digits: 3,
} as const satisfies Metric<number, "manifolds">;
