import { describe, expect, it } from "vitest";
import { guidanceSweep, guidanceSweepByClip } from "../report/__fixtures__/guidance-sweep.ts";
import type { MeasuredSet } from "./metric-card.ts";
import { metricRegistry } from "./metric-registry.ts";
import { metricCell, metricColumns, metricLines, metricNumbers } from "./read-metrics.ts";

function firstOf(settings: readonly MeasuredSet[]): MeasuredSet {
  const [first] = settings;
  if (!first) throw new Error("The fixture has no setting.");
  return first;
}

describe("the registry of metrics", () => {
  it("keeps the fields of stored results and the columns of CSV files, each of them once", () => {
    expect(metricRegistry.map(({ key }) => key)).toEqual([
      "fid",
      "sfid",
      "kid",
      "inceptionScore",
      "precision",
      "recall",
      "density",
      "coverage",
      "clipScore",
      "rPrecision",
      "diversity",
    ]);
    expect(metricRegistry.flatMap(metricColumns)).toEqual([
      "fid",
      "sfid",
      "kid",
      "kid_deviation",
      "inception_score",
      "precision",
      "recall",
      "density",
      "coverage",
      "clip_score",
      "r_precision",
      "r_precision_chance",
      "diversity",
    ]);
  });

  it("has a number for every column of a metric that was measured, and none otherwise", () => {
    const { metrics } = firstOf(guidanceSweep().settings);
    for (const metric of metricRegistry) {
      expect(metricNumbers(metric, metrics)).toHaveLength(metricColumns(metric).length);
      expect(metricNumbers(metric, {})).toEqual([]);
      expect(metricCell(metric, {})).toBe("–");
    }
  });

  it("names the lines of a set as the report does, after the network that measured", () => {
    const titles = (set: MeasuredSet) => metricLines(set).map(({ title }) => title);
    expect(titles(firstOf(guidanceSweep().settings))).toEqual([
      "FID",
      "sFID",
      "KID",
      "Inception score",
      "Precision",
      "Recall",
      "Density",
      "Coverage",
      "CLIP score",
      "R-precision",
      "Diversity",
    ]);
    expect(titles(firstOf(guidanceSweepByClip().settings)).slice(0, 2)).toEqual([
      "Fréchet distance",
      "Kernel distance",
    ]);
  });

  it("writes a deviation and a chance beside the number", () => {
    const texts = metricLines(firstOf(guidanceSweep().settings)).map(({ text }) => text);
    expect(texts).toContain(`${96.4 / 2000} ± ${96.4 / 30_000}`);
    expect(texts).toContain(`${18.2 / 50} among 99 others (chance 0.01)`);
  });
});
