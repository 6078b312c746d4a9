import type { MeasuredSetting } from "../sweep/sweep-results.ts";
import { labelPlaces } from "./label-places.ts";
import { type Box, clipped, type Place, type Segment } from "./plane-geometry.ts";
import { isCaptionForgotten } from "./setting-names.ts";
import { significant } from "./significant.ts";
import type { SweepCurve } from "./sweep-curves.ts";

/** A measured point with all that its drawing needs. */
export interface PlotPoint {
  readonly curve: string;
  readonly scale: number;
  /** Where it is drawn, in the axes' units. */
  readonly x: number;
  readonly y: number;
  /** It lies outside the axes, and is drawn where its line leaves them. */
  readonly isOutside: boolean;
  readonly label: string;
  /** From the point to the middle of its label, in pixels. */
  readonly dx: number;
  readonly dy: number;
}

export interface PlotLayout {
  readonly points: readonly PlotPoint[];
  readonly xDomain: readonly [number, number];
  readonly yDomain: readonly [number, number];
}

/** What a plot shows of a setting; `undefined` where it was not measured. */
export type Measure = (setting: MeasuredSetting) => number | undefined;

export interface LayoutOptions {
  readonly x: Measure;
  readonly y: Measure;
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
export function plotLayout(curves: readonly SweepCurve[], options: LayoutOptions): PlotLayout | undefined {
  const lines = curves.map((curve) => measured(curve, options)).filter((line) => line.length > 0);
  const all = lines.flat();
  if (all.length === 0) return undefined;
  const framed = all.filter(({ setting }) => !isCaptionForgotten(setting));
  const shown = isSquashed(framed, all) ? framed : all;
  const frame = { xDomain: padded(shown.map(({ x }) => x)), yDomain: padded(shown.map(({ y }) => y)) };
  return { ...frame, points: placed(lines, frame, options) };
}

function measured({ name, settings }: SweepCurve, { x, y }: LayoutOptions): Measured[] {
  return settings.flatMap((setting) => {
    const [valueX, valueY] = [x(setting), y(setting)];
    if (valueX === undefined || valueY === undefined || !Number.isFinite(valueX) || !Number.isFinite(valueY)) return [];
    return [{ curve: name, setting, x: valueX, y: valueY }];
  });
}

/** A curve that fills less of an axis than this cannot be read. */
const readableShare = 0.4;

/** Pictures without their caption lie so far away, often, that nothing is seen of the rest. */
function isSquashed(framed: readonly Measured[], all: readonly Measured[]): boolean {
  if (framed.length < 2 || framed.length === all.length) return false;
  return ([({ x }) => x, ({ y }) => y] satisfies ((point: Measured) => number)[]).some(
    (along) => span(framed.map(along)) < readableShare * span(all.map(along)),
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

function placed(lines: readonly (readonly Measured[])[], { xDomain, yDomain }: Omit<PlotLayout, "points">, options: LayoutOptions): PlotPoint[] {
  const { width, height, markSize, fontSize } = options;
  const plot: Box = { left: 0, top: 0, right: width, bottom: height };
  const [unitsX, unitsY] = [(xDomain[1] - xDomain[0]) / width, (yDomain[1] - yDomain[0]) / height];
  const pixels = ({ x, y }: Place): Place => ({ x: (x - xDomain[0]) / unitsX, y: (yDomain[1] - y) / unitsY });
  const paths = lines.map((line) => drawnLine(line, pixels, plot));
  const points = paths.flat();
  const segments = paths.flatMap((path) => segmentsOf(path.map(({ at }) => at)));
  const places = labelPlaces(points, { plot, lines: segments, markSize, fontSize });
  return points.map(({ point, at, isOutside, text }, index) => {
    const label = places[index] ?? at;
    const inUnits = { x: xDomain[0] + at.x * unitsX, y: yDomain[1] - at.y * unitsY };
    return { curve: point.curve, scale: point.setting.scale, ...inUnits, isOutside, label: text, dx: label.x - at.x, dy: label.y - at.y };
  });
}

interface Drawn {
  readonly point: Measured;
  /** In pixels. */
  readonly at: Place;
  readonly isOutside: boolean;
  readonly text: string;
}

/** A point outside the plot comes to where its line, from the nearest in scale, leaves it: the line keeps its direction. */
function drawnLine(line: readonly Measured[], pixels: (point: Place) => Place, plot: Box): Drawn[] {
  return line.map((point, index) => {
    const scale = String(point.setting.scale);
    const at = pixels(point);
    const inside = nearestInside(at, plot);
    if (inside.x === at.x && inside.y === at.y) return { point, at, isOutside: false, text: scale };
    const neighbour = line[index + 1] ?? line[index - 1];
    const seen = neighbour && clipped({ from: pixels(neighbour), to: at }, plot);
    return { point, at: seen?.to ?? inside, isOutside: true, text: `${scale} (${significant(point.x, 3)}; ${significant(point.y, 3)})` };
  });
}

function nearestInside({ x, y }: Place, { left, top, right, bottom }: Box): Place {
  return { x: Math.min(right, Math.max(left, x)), y: Math.min(bottom, Math.max(top, y)) };
}

function segmentsOf(path: readonly Place[]): Segment[] {
  return path.slice(1).flatMap((to, index) => {
    const from = path[index];
    return from ? [{ from, to }] : [];
  });
}
