import { kernelDistance } from "../formulas/kernel-distance.ts";
import type { Metric } from "./metric.ts";
import { significant } from "./significant.ts";

/** The mean over subsets, and the standard deviation between them. */
export interface MeanAndDeviation {
  readonly mean: number;
  readonly deviation: number;
}

export const kid = {
  key: "kid",
  title: (isInception) => (isInception ? "KID" : "Kernel distance"),
  better: "lower",
  needs: ["pooled"],
  measure: async ({ pooled }, { seed, signal }) => {
    const options = { seed, ...(signal && { signal }) };
    const { mean, deviation } = await kernelDistance(pooled.reference, pooled.samples, options);
    return { mean, deviation };
  },
  columns: ["kid", "kid_deviation"],
  numbers: ({ mean, deviation }) => [mean, deviation],
  cell: withDeviation,
  line: ({ mean, deviation }) => `${mean} ± ${deviation}`,
} as const satisfies Metric<MeanAndDeviation, "pooled">;

/** With as many decimals for the deviation as its mean has. */
function withDeviation({ mean, deviation }: MeanAndDeviation): string {
  const text = significant(mean, 3);
  if (!Number.isFinite(deviation) || !Number.isFinite(mean)) return text;
  if (text.includes("e")) return `${text} ± ${significant(deviation, 2)}`;
  return `${text} ± ${deviation.toFixed(text.split(".")[1]?.length ?? 0)}`;
}
