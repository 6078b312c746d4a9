import type UPlot from "uplot";
import { curveNumber } from "./curve-numbers.ts";
import type { DrawnCurve } from "./report-curves.ts";

/** Defined by uPlot's own script, which stands before this one in the page. */
declare const uPlot: typeof UPlot;

const curves: readonly DrawnCurve[] = JSON.parse(
  document.getElementById("curve-data")?.textContent ?? "[]",
);
const places = [...document.querySelectorAll<HTMLElement>("[data-curve]")];
const height = 280;

function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function axis(label: string): UPlot.Axis {
  return {
    label,
    labelSize: 24,
    stroke: color("--ink"),
    grid: { stroke: color("--rule"), width: 1 },
    ticks: { stroke: color("--rule"), width: 1 },
    values: (_plot, splits) => splits.map(curveNumber),
  };
}

function line(label: string, stroke: string, width: number): UPlot.Series {
  return {
    label,
    stroke,
    width,
    points: { show: false },
    value: (_plot, value) => (value === null ? "-" : curveNumber(value)),
  };
}

function draw(place: HTMLElement): UPlot | undefined {
  const curve = curves[Number(place.dataset.curve)];
  if (!curve) return undefined;
  const { name, against, isLogarithmic, data } = curve;
  const [x, values, smoothed] = data;
  const series: UPlot.Series[] = [
    { label: against, value: (_plot, value) => (value === null ? "-" : String(value)) },
    smoothed ? line(name, color("--raw"), 1) : line(name, color("--smooth"), 2),
    ...(smoothed ? [line("smoothed", color("--smooth"), 2)] : []),
  ];
  return new uPlot(
    {
      width: place.clientWidth,
      height,
      scales: { x: { time: false }, y: isLogarithmic ? { distr: 3 } : {} },
      axes: [axis(against), { ...axis(name), size: 72 }],
      series,
    },
    [[...x], [...values], ...(smoothed ? [[...smoothed]] : [])],
    place,
  );
}

let plots: (UPlot | undefined)[] = [];

function drawAll(): void {
  for (const plot of plots) plot?.destroy();
  plots = places.map(draw);
}

drawAll();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
addEventListener("resize", () => {
  for (const [index, place] of places.entries())
    plots[index]?.setSize({ width: place.clientWidth, height });
});
