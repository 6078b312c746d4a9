import type { Metrics } from "../metrics/metric-card.ts";
import type { MeasuredSetting, SweepResults } from "../sweep/sweep-results.ts";
import { type MetricNames, metricNames } from "./metric-names.ts";
import { plainLine } from "./plain-line.ts";
import { samplersAgree, settingTitle } from "./setting-titles.ts";
import { significant } from "./significant.ts";

export interface SweepColumn {
  /** With an arrow for what is better: `"FID ↓"`. */
  readonly title: string;
}

export interface SweepCell {
  readonly text: string;
  /** Best of all settings that its column ranks. */
  readonly isBest: boolean;
}

export interface SweepRow {
  /** E.g. `"CLIP guidance 2"`; with its sampler where they differ. */
  readonly title: string;
  readonly setting: MeasuredSetting;
  /** One for each column. */
  readonly cells: readonly SweepCell[];
}

/** A sweep's numbers as they are read: rounded, with the best of each column marked. */
export interface SweepTable {
  /** After the setting's own. A measure that no setting has is left out. */
  readonly columns: readonly SweepColumn[];
  /** In the order of the results. */
  readonly rows: readonly SweepRow[];
  /** What a reader has to know, in whole sentences. */
  readonly notes: readonly string[];
}

interface Measure {
  readonly title: string;
  readonly better: "higher" | "lower";
  readonly value: (setting: MeasuredSetting) => number | undefined;
  /** Significant digits; 4 where not given. */
  readonly digits?: number;
  readonly text?: (metrics: Metrics) => string;
  /** CLIP judges: what CLIP guidance made has learned to please it. */
  readonly isByClip?: boolean;
}

/**
 * The table of a guidance sweep. The best value of each column is marked, but never a CLIP score or
 * an R-precision of CLIP guidance, which is adversarial to them; a note says so.
 *
 * @throws InvalidArgumentError where nothing was measured, or not everything by one network
 * @see Nichol et al. 2021, arXiv 2112.10741, section 5.1
 */
export function sweepTable(results: SweepResults): SweepTable {
  const { settings } = results;
  const isSamplerShared = samplersAgree(settings);
  const names = metricNames(results);
  const measures = measuresOf(names).filter(({ value }) =>
    settings.some((setting) => value(setting) !== undefined),
  );
  const best = measures.map((measure) => bestOf(measure, settings));
  const rows = settings.map((setting) => ({
    title: plainLine(settingTitle(setting, { isSamplerShared })),
    setting,
    cells: measures.map((measure, column) => cellOf(measure, setting, best[column])),
  }));
  const columns = measures.map(({ title, better }) => ({
    title: `${title} ${better === "higher" ? "↑" : "↓"}`,
  }));
  return { columns, rows, notes: notesOf(names, measures, rows) };
}

function measuresOf(names: MetricNames): Measure[] {
  return [
    { title: names.fid, better: "lower", value: ({ metrics }) => metrics.fid },
    { title: names.sfid, better: "lower", value: ({ metrics }) => metrics.sfid },
    {
      ...{ title: names.kid, better: "lower", value: ({ metrics }) => metrics.kid.mean },
      text: ({ kid }) => withDeviation(kid.mean, kid.deviation),
    },
    { title: "Inception score", better: "higher", value: ({ metrics }) => metrics.inceptionScore },
    { title: "Precision", better: "higher", digits: 3, value: ({ metrics }) => metrics.precision },
    { title: "Recall", better: "higher", digits: 3, value: ({ metrics }) => metrics.recall },
    { title: "Density", better: "higher", digits: 3, value: ({ metrics }) => metrics.density },
    { title: "Coverage", better: "higher", digits: 3, value: ({ metrics }) => metrics.coverage },
    {
      title: "CLIP score",
      better: "higher",
      value: ({ metrics }) => metrics.clipScore,
      isByClip: true,
    },
    {
      ...{
        title: "R-precision (chance)",
        better: "higher",
        value: ({ metrics }) => metrics.rPrecision?.precision,
        isByClip: true,
      },
      text: ({ rPrecision }) =>
        rPrecision
          ? `${significant(rPrecision.precision, 3)} (${significant(rPrecision.chance, 2)})`
          : significant(undefined, 3),
    },
    { title: "Diversity", better: "higher", value: ({ metrics }) => metrics.diversity },
    {
      title: "Seconds a picture",
      better: "lower",
      digits: 3,
      value: ({ secondsPerPicture }) => secondsPerPicture,
    },
  ];
}

/** With as many decimals for the deviation as its mean has. */
function withDeviation(mean: number, deviation: number): string {
  const text = significant(mean, 3);
  if (!Number.isFinite(deviation) || !Number.isFinite(mean)) return text;
  return `${text} ± ${text.includes("e") ? significant(deviation, 2) : deviation.toFixed(text.split(".")[1]?.length ?? 0)}`;
}

function cellOf(measure: Measure, setting: MeasuredSetting, best: number | undefined): SweepCell {
  const value = measure.value(setting);
  return {
    text: measure.text?.(setting.metrics) ?? significant(value, measure.digits ?? 4),
    isBest: best !== undefined && isRanked(measure, setting) && value === best,
  };
}

/** `undefined` where there is nothing to choose from. */
function bestOf(measure: Measure, settings: readonly MeasuredSetting[]): number | undefined {
  const ranked = settings.filter((setting) => isRanked(measure, setting)).map(measure.value);
  const values = ranked.filter((value) => value !== undefined).filter(Number.isFinite);
  if (new Set(values).size < 2) return undefined;
  return measure.better === "higher" ? Math.max(...values) : Math.min(...values);
}

function isRanked({ isByClip = false }: Measure, { strategy }: MeasuredSetting): boolean {
  return !(isByClip && strategy === "clip");
}

function notesOf(
  { network, isInception }: MetricNames,
  measures: readonly Measure[],
  rows: readonly SweepRow[],
): string[] {
  const notes: string[] = [];
  if (rows.some(({ cells }) => cells.some(({ isBest }) => isBest)))
    notes.push("Bold: the best of its column.");
  if (!isInception)
    notes.push(
      `Measured by the features of ${plainLine(network)}, not of Inception: distances compare only with others of the same network.`,
    );
  const byClip = measures
    .filter(({ isByClip }) => isByClip)
    .map(({ title }) => title.replace(/ \(.*/, ""));
  if (byClip.length > 0 && rows.some(({ setting }) => setting.strategy === "clip"))
    notes.push(
      `${byClip.join(" and ")} of CLIP guidance are not ranked: it optimises such a score itself, so that they say nothing about its pictures.`,
    );
  return notes;
}
