import type { TrainingRecord } from "./training-record.ts";

/** One curve of a report: a number against the step or the samples. */
export interface Curve {
  readonly title: string;
  readonly name: string;
  readonly against: "step" | "samples";
  /** Whether the values are drawn on a logarithmic scale. */
  readonly isLogarithmic: boolean;
  /** Records that the moving average stretches over; 1 where there is none. */
  readonly window: number;
  readonly points: readonly CurvePoint[];
}

export interface CurvePoint {
  readonly x: number;
  /** NaN or infinite where a step went wrong. */
  readonly value: number;
  /** The moving average up to here, over the finite values. */
  readonly smoothed: number;
}

/** A curve as the page's script reads it: columns for uPlot, which leaves a gap at null. */
export interface DrawnCurve extends Pick<Curve, "name" | "against" | "isLogarithmic"> {
  readonly data: readonly [
    x: readonly number[],
    values: readonly (number | null)[],
    smoothed?: readonly (number | null)[],
  ];
}

const titles: Readonly<Record<string, string>> = {
  loss: "Loss",
  mse: "Mean squared error",
  vb: "Variational bound",
  gradientNorm: "Gradient norm",
  learningRate: "Learning rate",
  samplesPerSecond: "Samples per second",
};
/** Not curves of their own. */
const others = new Set(["step", "time", "samples", "skipped"]);
/** Set by the run, not measured: an average says nothing. */
const exact = new Set(["learningRate"]);
/**
 * Values that span more than this factor are drawn logarithmically: the beginning of a run would
 * flatten the rest.
 */
const wideSpan = 20;

/**
 * The curves of a run: the known numbers in their order, the loss also against samples, then every
 * other number that was recorded.
 */
export function curvesOf(records: readonly TrainingRecord[]): Curve[] {
  const recorded = new Set(records.flatMap((record) => Object.keys(record)));
  const known = Object.keys(titles).filter((name) => recorded.has(name));
  const further = [...recorded].filter((name) => !others.has(name) && !(name in titles));
  const curves = [...known, ...further].map((name) => curveOf(records, name, "step"));
  if (recorded.has("loss") && recorded.has("samples"))
    curves.splice(1, 0, curveOf(records, "loss", "samples"));
  return curves.filter(({ points }) => points.length > 0);
}

/**
 * At most about `most` points for drawing: of each stretch the lowest and the highest value, so
 * that no peak is lost.
 */
export function thinnedForDrawing(points: readonly CurvePoint[], most = 3000): CurvePoint[] {
  if (points.length <= most) return [...points];
  const stretch = Math.ceil((2 * points.length) / most);
  const kept: CurvePoint[] = [];
  for (let start = 0; start < points.length; start += stretch) {
    const part = points.slice(start, start + stretch);
    const byValue = part.toSorted((a, b) => a.value - b.value);
    const ends = new Set([byValue.at(0), byValue.at(-1)]);
    kept.push(...part.filter((point) => ends.has(point)));
  }
  return kept;
}

/** At most `most` points for reading, evenly spaced, the first and the last among them. */
export function thinnedForReading(points: readonly CurvePoint[], most = 200): CurvePoint[] {
  if (points.length <= most) return [...points];
  const places = new Set(
    Array.from({ length: most }, (_, index) =>
      Math.round((index * (points.length - 1)) / (most - 1)),
    ),
  );
  return points.filter((_, index) => places.has(index));
}

function curveOf(
  records: readonly TrainingRecord[],
  name: string,
  against: "step" | "samples",
): Curve {
  const found = records.flatMap((record) => {
    const [x, value] = [record[against], record[name]];
    return x === undefined || value === undefined ? [] : [{ x, value }];
  });
  const window = exact.has(name) ? 1 : Math.max(1, Math.round(found.length / 50));
  const average = movingAverage(window);
  const points = found.map(({ x, value }) => ({ x, value, smoothed: average(value) }));
  const title = `${titles[name] ?? name} against ${against === "step" ? "step" : "samples"}`;
  return {
    title,
    name,
    against,
    isLogarithmic: !exact.has(name) && isWide(points),
    window,
    points,
  };
}

/**
 * An exponential moving average that weighs the last `window` values as their plain mean would,
 * corrected for its beginning as Adam's moments are (Kingma & Ba 2015, arXiv 1412.6980, section 3).
 */
function movingAverage(window: number): (value: number) => number {
  const decay = (window - 1) / (window + 1);
  let sum = 0;
  let weight = 0;
  return (value) => {
    if (Number.isFinite(value)) {
      sum = decay * sum + (1 - decay) * value;
      weight = decay * weight + (1 - decay);
    }
    return weight > 0 ? sum / weight : Number.NaN;
  };
}

function isWide(points: readonly CurvePoint[]): boolean {
  let [lowest, highest] = [Infinity, -Infinity];
  for (const { value } of points) {
    if (!Number.isFinite(value)) continue;
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  return lowest > 0 && highest / lowest > wideSpan;
}
