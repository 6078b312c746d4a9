import { type Metric, metricTitle } from "./metric.ts";
import type { MeasuredSet } from "./metric-card.ts";
import { metricRegistry } from "./metric-registry.ts";
import { significant } from "./significant.ts";

type MetricValues = Readonly<Record<string, unknown>>;

/** Names of a metric's numbers, as a CSV file's columns. */
export function metricColumns({ key, columns }: Metric): readonly string[] {
  return columns ?? [key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
}

/** A metric's numbers in the order of its columns; none if it was not measured. */
export function metricNumbers(metric: Metric, metrics: MetricValues): readonly number[] {
  const value = metrics[metric.key];
  if (value === undefined) return [];
  if (metric.numbers) return metric.numbers(value);
  return typeof value === "number" ? [value] : [];
}

/** A metric's value as it is read in a table; a dash if it was not measured. */
export function metricCell(metric: Metric, metrics: MetricValues): string {
  const value = metrics[metric.key];
  if (value !== undefined && metric.cell) return metric.cell(value);
  return significant(metricNumbers(metric, metrics)[0], metric.digits ?? 4);
}

/** A measured metric as one line shows it. */
export interface MetricLine {
  readonly title: string;
  /** Unrounded. */
  readonly text: string;
}

/**
 * What was measured, in the order of the registry and in words.
 *
 * @example
 * ```ts
 * for (const { title, text } of metricLines(await measure(a, b))) console.log(title, text);
 * ```
 */
export function metricLines({ metrics, card }: MeasuredSet): MetricLine[] {
  const values: MetricValues = metrics;
  return metricRegistry.flatMap((metric: Metric) => {
    const value = values[metric.key];
    if (value === undefined) return [];
    const text = metric.line?.(value) ?? String(metricNumbers(metric, values)[0]);
    return [{ title: metricTitle(metric, card.features), text }];
  });
}
