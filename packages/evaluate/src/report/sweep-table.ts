import type { FeatureNetworkCard } from "../features/feature-network.ts";
import { isInception, type Metric, metricTitle } from "../metrics/metric.ts";
import { metricRegistry } from "../metrics/metric-registry.ts";
import { metricCell, metricNumbers } from "../metrics/read-metrics.ts";
import { significant } from "../metrics/significant.ts";
import type { MeasuredSetting, SweepResults } from "../sweep/sweep-results.ts";
import { measuringNetwork } from "./measuring-network.ts";
import { plainLine } from "./plain-line.ts";
import { samplersAgree, settingTitle } from "./setting-titles.ts";

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

/** A column: a metric, or a number of the setting itself. */
interface Measure {
  readonly title: string;
  readonly better: "higher" | "lower";
  /** What the column ranks. */
  readonly value: (setting: MeasuredSetting) => number | undefined;
  readonly text: (setting: MeasuredSetting) => string;
  /** The name in notes, if CLIP judges: images of CLIP guidance have learned to please it. */
  readonly nameByClip?: string | undefined;
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
  const network = measuringNetwork(results);
  const measures = measuresOf(network).filter(({ value }) =>
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
  return { columns, rows, notes: notesOf(network, measures, rows) };
}

function measuresOf(network: FeatureNetworkCard): Measure[] {
  return [
    ...metricRegistry.map((metric) => measureOf(metric, network)),
    {
      title: "Seconds an image",
      better: "lower",
      value: ({ secondsPerImage }) => secondsPerImage,
      text: ({ secondsPerImage }) => significant(secondsPerImage, 3),
    },
  ];
}

function measureOf(metric: Metric, network: FeatureNetworkCard): Measure {
  const title = metricTitle(metric, network);
  return {
    title: metric.beside === undefined ? title : `${title} (${metric.beside})`,
    better: metric.better,
    value: ({ metrics }) => metricNumbers(metric, metrics)[0],
    text: ({ metrics }) => metricCell(metric, metrics),
    nameByClip: metric.isByClip ? title : undefined,
  };
}

function cellOf(measure: Measure, setting: MeasuredSetting, best: number | undefined): SweepCell {
  return {
    text: measure.text(setting),
    isBest: best !== undefined && isRanked(measure, setting) && measure.value(setting) === best,
  };
}

/** `undefined` where there is nothing to choose from. */
function bestOf(measure: Measure, settings: readonly MeasuredSetting[]): number | undefined {
  const ranked = settings.filter((setting) => isRanked(measure, setting)).map(measure.value);
  const values = ranked.filter((value) => value !== undefined).filter(Number.isFinite);
  if (new Set(values).size < 2) return undefined;
  return measure.better === "higher" ? Math.max(...values) : Math.min(...values);
}

function isRanked({ nameByClip }: Measure, { strategy }: MeasuredSetting): boolean {
  return !(nameByClip !== undefined && strategy === "clip");
}

function notesOf(
  network: FeatureNetworkCard,
  measures: readonly Measure[],
  rows: readonly SweepRow[],
): string[] {
  const notes: string[] = [];
  if (rows.some(({ cells }) => cells.some(({ isBest }) => isBest)))
    notes.push("Bold: the best of its column.");
  if (!isInception(network))
    notes.push(
      `Measured by the features of ${plainLine(network.name)}, not of Inception: distances ` +
        "compare only with others of the same network.",
    );
  const byClip = measures.flatMap(({ nameByClip = [] }) => nameByClip);
  if (byClip.length > 0 && rows.some(({ setting }) => setting.strategy === "clip"))
    notes.push(
      `${byClip.join(" and ")} of CLIP guidance are not ranked: it optimises such a score ` +
        "itself, so that they say nothing about its images.",
    );
  return notes;
}
