import type { Metric } from "../metrics/metric.ts";
import { metricRegistry } from "../metrics/metric-registry.ts";
import { metricColumns, metricNumbers } from "../metrics/read-metrics.ts";
import type { MeasuredSetting, SweepResults } from "../sweep/sweep-results.ts";

type CsvValue = string | number | undefined;
type CsvColumn = (setting: MeasuredSetting) => CsvValue;

/** Named as in `results.json`; the network that the distances belong to stands in `features`. */
const columns: Readonly<Record<string, CsvColumn>> = {
  strategy: ({ strategy }) => strategy,
  scale: ({ scale }) => scale,
  sampler: ({ sampler }) => sampler,
  steps: ({ steps }) => steps,
  features: ({ card }) => card.features.name,
  ...Object.fromEntries(metricRegistry.flatMap(columnsOf)),
  seconds_per_image: ({ secondsPerImage }) => secondsPerImage,
};

/**
 * A sweep's numbers for other programs, unrounded: a line a setting in the order of the results,
 * the same columns always; what was not measured is empty. Text that a spreadsheet would take for a
 * formula gets an apostrophe in front.
 *
 * @see RFC 4180
 */
export function sweepCsv({ settings }: SweepResults): string {
  const rows = settings.map((setting) =>
    Object.values(columns).map((column) => cell(column(setting))),
  );
  return [Object.keys(columns), ...rows].map((row) => `${row.join(",")}\r\n`).join("");
}

function columnsOf(metric: Metric): (readonly [string, CsvColumn])[] {
  return metricColumns(metric).map((name, index) => [
    name,
    ({ metrics }) => metricNumbers(metric, metrics)[index],
  ]);
}

function cell(value: CsvValue): string {
  if (value === undefined) return "";
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  const harmless = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
