import type { Metric } from "./metric.ts";

/** 0 to 1: the share of the reference's balls that hold a sample. */
export const coverage = {
  key: "coverage",
  title: "Coverage",
  better: "higher",
  needs: ["manifolds"],
  measure: ({ manifolds }) => manifolds.coverage,
  digits: 3,
} as const satisfies Metric<number, "manifolds">;
