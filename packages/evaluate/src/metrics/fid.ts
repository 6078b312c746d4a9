import { frechetDistance } from "../formulas/frechet-distance.ts";
import type { Metric } from "./metric.ts";

export const fid = {
  key: "fid",
  title: (isInception) => (isInception ? "FID" : "Fréchet distance"),
  better: "lower",
  needs: ["gaussians"],
  measure: ({ gaussians }) => frechetDistance(gaussians.reference, gaussians.samples),
} as const satisfies Metric<number, "gaussians">;
