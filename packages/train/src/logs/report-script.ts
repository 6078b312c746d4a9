/**
 * What draws a report's curves in the browser: plain JavaScript, after uPlot's own, without
 * imports.
 */
export const reportScript = `
"use strict";
(() => {
  const curves = JSON.parse(document.getElementById("curve-data").textContent);
  const places = [...document.querySelectorAll("[data-curve]")];
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const number = (value) => {
    if (value === null || value === undefined) return "";
    const rounded = Number(value.toPrecision(4));
    const size = Math.abs(rounded);
    return size !== 0 && (size < 1e-3 || size >= 1e6) ? rounded.toExponential().replace("e+", "e") : String(rounded);
  };
  const axis = (label) => ({
    label,
    labelSize: 24,
    stroke: color("--ink"),
    grid: { stroke: color("--rule"), width: 1 },
    ticks: { stroke: color("--rule"), width: 1 },
    values: (plot, splits) => splits.map(number),
  });
  const line = (label, stroke, width) => ({ label, stroke, width, points: { show: false }, value: (plot, value) => (value === null ? "-" : number(value)) });
  const draw = (place) => {
    const { name, against, isLogarithmic, data } = curves[Number(place.dataset.curve)];
    const series = [{ label: against, value: (plot, value) => (value === null ? "-" : String(value)) }];
    series.push(data.length > 2 ? line(name, color("--raw"), 1) : line(name, color("--smooth"), 2));
    if (data.length > 2) series.push(line("smoothed", color("--smooth"), 2));
    const scales = { x: { time: false }, y: isLogarithmic ? { distr: 3 } : {} };
    const axes = [axis(against), { ...axis(name), size: 72 }];
    return new uPlot({ width: place.clientWidth, height: 280, scales, axes, series }, data, place);
  };
  let plots = [];
  const drawAll = () => {
    for (const plot of plots) plot.destroy();
    plots = places.map(draw);
  };
  drawAll();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  addEventListener("resize", () => {
    for (const [index, plot] of plots.entries()) plot.setSize({ width: places[index].clientWidth, height: 280 });
  });
})();
`;
