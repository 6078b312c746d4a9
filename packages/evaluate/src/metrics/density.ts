import type { Metric } from "./metric.ts";

/**
 * From 0, about 1 for equal sets: precision that an outlier of the reference cannot raise alone.
 */
export const density = {
  key: "density",
  title: "Density",
  better: "higher",
  needs: ["manifolds"],
  measure: ({ manifolds }) => manifolds.density,
  digits: 3,
} as const satisfies Metric<number, "manifolds">;
