import type { TopLevelSpec } from "vega-lite";
import type { PlotLayout } from "./plot-layout.ts";

/** How a curve is told from the others. */
export interface CurveLook {
  readonly curve: string;
  readonly color: string;
  /** The colour, dark enough for text on white. */
  readonly textColor: string;
  readonly shape: string;
  readonly dash: readonly number[];
}

export interface PlotSpecificationOptions {
  readonly title: string;
  readonly subtitle: readonly string[];
  readonly xTitle: string;
  readonly yTitle: string;
  readonly looks: readonly CurveLook[];
}

/** Of the plot without its axes, and of what is drawn in it, in pixels. */
export const plotSize = { width: 340, height: 250, markSize: 9, fontSize: 12 };

const ink = "#1d2329";
const quiet = "#4a545e";

/**
 * Lines in the order of the scales, a mark and a label at each point: white paper, dark text. A
 * line to a point outside the axes leaves the plot.
 */
export function plotSpecification(
  { points, xDomain, yDomain }: PlotLayout,
  { title, subtitle, xTitle, yTitle, looks }: PlotSpecificationOptions,
): TopLevelSpec {
  const { width, height, markSize, fontSize } = plotSize;
  const domain = looks.map(({ curve }) => curve);
  const color = {
    field: "curve",
    type: "nominal",
    scale: { domain, range: looks.map(({ color }) => color) },
  } as const;
  const shape = {
    field: "curve",
    type: "nominal",
    scale: { domain, range: looks.map(({ shape }) => shape) },
  } as const;
  const dash = {
    field: "curve",
    type: "nominal",
    scale: { domain, range: looks.map(({ dash }) => [...dash]) },
  } as const;
  const area = markSize ** 2;
  const inside = [
    { filter: { field: "x", range: [...xDomain] } },
    { filter: { field: "y", range: [...yDomain] } },
  ];
  const label = {
    type: "text",
    fontSize,
    align: "center",
    baseline: "middle",
    dx: { expr: "datum.dx" },
    dy: { expr: "datum.dy" },
  } as const;
  const text = { text: { field: "scale", type: "nominal" } } as const;
  return {
    data: {
      values: points.map((point) => ({
        ...point,
        textColor: looks.find(({ curve }) => curve === point.curve)?.textColor ?? ink,
      })),
    },
    title: { text: title, subtitle: [...subtitle] },
    width,
    height,
    // Vega takes text for wider than it is where it has no canvas to measure it: the room for it is
    // given here.
    autosize: { type: "none" },
    padding: {
      left: 46,
      right: 14,
      top: 68 + 15 * subtitle.length,
      bottom: 58 + 18 * looks.length,
    },
    encoding: {
      x: {
        field: "x",
        type: "quantitative",
        title: xTitle,
        scale: { domain: [...xDomain], nice: false, zero: false },
      },
      y: {
        field: "y",
        type: "quantitative",
        title: yTitle,
        scale: { domain: [...yDomain], nice: false, zero: false },
      },
    },
    layer: [
      {
        mark: { type: "line", strokeWidth: 2, clip: true },
        encoding: { color, strokeDash: dash, order: { field: "scale", type: "quantitative" } },
      },
      {
        mark: {
          type: "point",
          filled: true,
          stroke: "white",
          strokeWidth: 1,
          size: area,
          opacity: 1,
        },
        encoding: { color, shape },
        transform: inside,
      },
      {
        mark: { ...label, stroke: "white", strokeWidth: 4, strokeJoin: "round", color: "white" },
        encoding: text,
        transform: inside,
      }, // lifts the text off lines
      { mark: { ...label, fill: { expr: "datum.textColor" } }, encoding: text, transform: inside },
    ],
    config: {
      background: "white",
      aria: false,
      font: "sans-serif",
      view: { stroke: null },
      axis: {
        labelFontSize: 12,
        titleFontSize: 13,
        titleFontWeight: "normal",
        titleColor: ink,
        labelColor: quiet,
        tickCount: 5,
        gridColor: "#e4e8ec",
        domainColor: "#8a949e",
        tickColor: "#8a949e",
      },
      axisX: { titlePadding: 10 },
      axisY: {
        titleAngle: 0,
        titleAlign: "left",
        titleBaseline: "bottom",
        titleX: -36,
        titleY: -8,
      },
      legend: {
        orient: "bottom",
        direction: "vertical",
        title: null,
        labelFontSize: 12,
        labelColor: ink,
        labelLimit: 0,
        symbolSize: area,
        symbolOpacity: 1,
        offset: 14,
      },
      title: {
        anchor: "start",
        frame: "group",
        fontSize: 16,
        color: ink,
        subtitleFontSize: 12,
        subtitleColor: quiet,
        subtitlePadding: 5,
        offset: 22,
        limit: 0,
        dx: -36,
      },
    },
  };
}

/**
 * Okabe & Ito's colours, which people with all kinds of colour vision tell apart, each with a
 * darker one for text; their yellow is lost on white paper and left out.
 */
const colors = [
  ["#0072b2", "#005f94"],
  ["#d55e00", "#a84a00"],
  ["#009e73", "#00704f"],
  ["#cc79a7", "#97466f"],
  ["#000000", "#000000"],
  ["#e69f00", "#855c00"],
  ["#56b4e9", "#1b6a99"],
] as const;
/** Six to seven colours: 42 curves look different before a pair comes again, with dashes then. */
const shapes = ["circle", "square", "triangle-up", "diamond", "triangle-down", "cross"];
const dashes = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 2, 2, 2],
];

/** A colour and a shape for each curve; dashes where the colours come again. */
export function curveLooks(curves: readonly string[]): CurveLook[] {
  return curves.map((curve, index) => {
    const [color, textColor] = nth(colors, index);
    return {
      curve,
      color,
      textColor,
      shape: nth(shapes, index),
      dash: nth(dashes, Math.floor(index / colors.length)),
    };
  });
}

/** Of a list that is never empty, from its start again when it ends. */
function nth<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T;
}
