import { frechetDistance } from "../formulas/frechet-distance.ts";
import type { Metric } from "./metric.ts";

export const sfid = {
  key: "sfid",
  title: (isInception) => (isInception ? "sFID" : "Spatial Fréchet distance"),
  better: "lower",
  needs: ["spatial"],
  measure: ({ spatial }) => frechetDistance(spatial.reference, spatial.samples),
} as const satisfies Metric<number, "spatial">;
