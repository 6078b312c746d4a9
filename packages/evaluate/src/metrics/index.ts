export type {
  CaptionedImages,
  Metric,
  MetricInput,
  MetricInputs,
  MetricOptions,
  OfBothSets,
} from "./metric.ts";
export type { MeasuredSet, MetricCard } from "./metric-card.ts";
export { type Metrics, metricRegistry } from "./metric-registry.ts";
export { type MetricLine, metricLines } from "./read-metrics.ts";
