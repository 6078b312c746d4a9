import { clipScore } from "./clip-score.ts";
import { coverage } from "./coverage.ts";
import { density } from "./density.ts";
import { diversity } from "./diversity.ts";
import { fid } from "./fid.ts";
import { inceptionScore } from "./inception-score.ts";
import { kid } from "./kid.ts";
import type { Metric } from "./metric.ts";
import { precision } from "./precision.ts";
import { rPrecision } from "./r-precision.ts";
import { recall } from "./recall.ts";
import { sfid } from "./sfid.ts";

/**
 * Every metric, in the order of tables, files and lines. To add one, write its file and name it
 * here: measuring, cards, tables, CSV files and the command line read this list.
 */
export const metricRegistry = [
  fid,
  sfid,
  kid,
  inceptionScore,
  precision,
  recall,
  density,
  coverage,
  clipScore,
  rPrecision,
  diversity,
] as const satisfies readonly Metric[];

type RegisteredMetric = (typeof metricRegistry)[number];
type ValueOf<M extends RegisteredMetric> = Awaited<ReturnType<M["measure"]>>;
/**
 * In every result: any two sets allow these metrics, and the first version measured them. A metric
 * that came later is missing in results stored before it.
 */
type CertainKey = "fid" | "kid" | "precision" | "recall" | "density" | "coverage" | "diversity";
type CertainMetric = Extract<RegisteredMetric, { key: CertainKey }>;

/**
 * The measured values by the metrics' keys. Metrics that the features or the captions do not allow
 * are left out.
 */
export type Metrics = {
  readonly [M in CertainMetric as M["key"]]: ValueOf<M>;
} & {
  readonly [M in Exclude<RegisteredMetric, CertainMetric> as M["key"]]?: ValueOf<M>;
};
