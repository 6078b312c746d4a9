import type { MeasuredSetting } from "../sweep/sweep-results.ts";
import { labelPlaces, type Place } from "./label-places.ts";
import { isCaptionForgotten } from "./setting-titles.ts";
import type { SweepCurve } from "./sweep-curves.ts";

/** A measured point with all that its drawing needs. */
export interface PlotPoint {
  readonly curve: string;
  readonly scale: number;
  readonly x: number;
  readonly y: number;
  /** From the point to the middle of its label, in pixels. */
  readonly dx: number;
  readonly dy: number;
}

export interface PlotLayout {
  readonly points: readonly PlotPoint[];
  readonly xDomain: readonly [number, number];
  readonly yDomain: readonly [number, number];
  /** Images without their caption lie so far away that the axes leave them out. */
  readonly isForgottenOutside: boolean;
}

/** What a plot shows of a setting; `undefined` where it was not measured. */
export type Measure = (setting: MeasuredSetting) => number | undefined;

export interface LayoutOptions {
  readonly x: Measure;
  readonly y: Measure;
  /** Of the plot without its axes, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly markSize: number;
  readonly fontSize: number;
}

interface Measured extends Place {
  readonly curve: string;
  readonly setting: MeasuredSetting;
}

/** Where points and labels of a plot go; `undefined` where nothing can be drawn. */
export function plotLayout(
  curves: readonly SweepCurve[],
  options: LayoutOptions,
): PlotLayout | undefined {
  const lines = curves.map((curve) => measured(curve, options)).filter((line) => line.length > 0);
  const all = lines.flat();
  if (all.length === 0) return undefined;
  const remembered = all.filter(({ setting }) => !isCaptionForgotten(setting));
  const isForgottenOutside = isSquashed(remembered, all);
  const shown = isForgottenOutside ? remembered : all;
  const domains = {
    xDomain: padded(shown.map(({ x }) => x)),
    yDomain: padded(shown.map(({ y }) => y)),
  };
  return { ...domains, isForgottenOutside, points: labelled(lines, domains, options) };
}

function measured({ name, settings }: SweepCurve, { x, y }: LayoutOptions): Measured[] {
  return settings.flatMap((setting) => {
    const [valueX, valueY] = [x(setting), y(setting)];
    if (
      valueX === undefined ||
      valueY === undefined ||
      !Number.isFinite(valueX) ||
      !Number.isFinite(valueY)
    )
      return [];
    return [{ curve: name, setting, x: valueX, y: valueY }];
  });
}

/** A curve that fills less of an axis than this cannot be read. */
const readableShare = 0.4;

function isSquashed(remembered: readonly Measured[], all: readonly Measured[]): boolean {
  if (remembered.length < 2 || remembered.length === all.length) return false;
  return (["x", "y"] as const).some(
    (axis) =>
      span(remembered.map((point) => point[axis])) <
      readableShare * span(all.map((point) => point[axis])),
  );
}

function span(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values);
}

/** The values' range with some air, for labels; also where all are one. */
function padded(values: readonly number[]): readonly [number, number] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const air = most > least ? 0.09 * (most - least) : 0.1 * Math.abs(most) || 0.1;
  return [least - air, most + air];
}

function labelled(
  lines: readonly (readonly Measured[])[],
  { xDomain, yDomain }: Pick<PlotLayout, "xDomain" | "yDomain">,
  options: LayoutOptions,
): PlotPoint[] {
  const pixels = ({ x, y }: Place): Place => ({
    x: ((x - xDomain[0]) / (xDomain[1] - xDomain[0])) * options.width,
    y: ((yDomain[1] - y) / (yDomain[1] - yDomain[0])) * options.height,
  });
  const points = lines.flat();
  const labels = points.map((point) => ({ at: pixels(point), text: String(point.setting.scale) }));
  const places = labelPlaces(labels, { ...options, lines: lines.map((line) => line.map(pixels)) });
  return points.map(({ curve, setting, x, y }, index) => {
    const at = pixels({ x, y });
    const { x: labelX, y: labelY } = places[index] ?? at;
    return { curve, scale: setting.scale, x, y, dx: labelX - at.x, dy: labelY - at.y };
  });
}
