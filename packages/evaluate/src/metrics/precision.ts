import type { Metric } from "./metric.ts";

/** 0 to 1: the share of samples inside the reference's manifold. */
export const precision = {
  key: "precision",
  title: "Precision",
  better: "higher",
  needs: ["manifolds"],
  measure: ({ manifolds }) => manifolds.precision,
  digits: 3,
} as const satisfies Metric<number, "manifolds">;
