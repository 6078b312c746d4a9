import { html } from "@glissade-tools/pages/html";
import { parse, View } from "vega";
import { compile } from "vega-lite";
import type { FeatureNetworkCard } from "../features/feature-network.ts";
import { clipScore } from "../metrics/clip-score.ts";
import { fid } from "../metrics/fid.ts";
import { inceptionScore } from "../metrics/inception-score.ts";
import { isInception, type Metric, metricTitle } from "../metrics/metric.ts";
import { precision } from "../metrics/precision.ts";
import { metricNumbers } from "../metrics/read-metrics.ts";
import { recall } from "../metrics/recall.ts";
import { significant } from "../metrics/significant.ts";
import type { SweepResults } from "../sweep/sweep-results.ts";
import { measuringNetwork } from "./measuring-network.ts";
import { plainLine } from "./plain-line.ts";
import { type Measure, plotLayout } from "./plot-layout.ts";
import { type CurveLook, curveLooks, plotSize, plotSpecification } from "./plot-specification.ts";
import { longestTitle, type SweepCurve, sweepCurves } from "./sweep-curves.ts";

/** A plot that stands alone. */
export interface SweepPlot {
  /** For a file: `"precision-recall"`, `"inception-score"` or `"clip-score"`. */
  readonly name: string;
  readonly title: string;
  /**
   * On white, its numbers in words for screen readers as its `aria-label`. Its text wants a
   * sans-serif font.
   */
  readonly svg: string;
}

interface PlotAxis {
  readonly title: string;
  readonly better: "higher" | "lower";
  readonly measure: Measure;
}

interface PlotPlan {
  readonly name: string;
  readonly title: string;
  readonly note?: string;
  readonly x: PlotAxis;
  readonly y: PlotAxis;
}

/**
 * The three plots of a guidance sweep: precision against recall, Inception score against FID, CLIP
 * score against FID. A curve joins the settings of a strategy in the order of their scales, which
 * stand beside the points. Plots of a measure that no setting has are left out.
 *
 * Images whose caption was forgotten (scale 0 of classifier-free guidance) often lie far from all
 * others. Where they would squash the rest, the axes leave them out, and the plot says so.
 *
 * @throws InvalidArgumentError where nothing was measured, or not everything by one network
 * @see Nichol et al. 2021, arXiv 2112.10741, figure 6
 * @example `for (const { name, svg } of await sweepPlots(results)) await writeFile(`${name}.svg`,
 * svg)`
 */
export async function sweepPlots(results: SweepResults): Promise<SweepPlot[]> {
  const network = measuringNetwork(results);
  const curves = sweepCurves(results);
  const looks = curveLooks(curves.map(({ name }) => name));
  const about = [
    `${results.model.name}: ${results.samples} images a setting`,
    ...(isInception(network) ? [] : [`Features: ${network.name}`]),
  ];
  const plots = await Promise.all(
    plotPlans(network, results).map((plan) => drawn(plan, curves, looks, about)),
  );
  return plots.filter((plot) => plot !== undefined);
}

function plotPlans(network: FeatureNetworkCard, { settings }: SweepResults): PlotPlan[] {
  const axis = (metric: Metric): PlotAxis => ({
    title: metricTitle(metric, network),
    better: metric.better,
    measure: ({ metrics }) => metricNumbers(metric, metrics)[0],
  });
  const [distance, byClasses, byClip] = [axis(fid), axis(inceptionScore), axis(clipScore)];
  const isAdversarial = settings.some(({ strategy }) => strategy === "clip");
  return [
    {
      name: "precision-recall",
      title: "Precision and recall",
      x: axis(recall),
      y: axis(precision),
    },
    {
      name: "inception-score",
      title: `${byClasses.title} and ${distance.title}`,
      x: distance,
      y: byClasses,
    },
    {
      name: "clip-score",
      title: `${byClip.title} and ${distance.title}`,
      ...(isAdversarial && { note: "CLIP guidance optimises such a score: do not rank it." }),
      x: distance,
      y: byClip,
    },
  ];
}

async function drawn(
  { name, title, note, x, y }: PlotPlan,
  curves: readonly SweepCurve[],
  looks: readonly CurveLook[],
  about: readonly string[],
): Promise<SweepPlot | undefined> {
  const layout = plotLayout(curves, { x: x.measure, y: y.measure, ...plotSize });
  if (!layout) return undefined;
  const outside = layout.isForgottenOutside
    ? "Scale 0, without the caption, lies outside the axes."
    : undefined;
  const specification = plotSpecification(layout, {
    title,
    subtitle: [...about.map((line) => plainLine(line, longestTitle)), note, outside].filter(
      (line) => line !== undefined,
    ),
    xTitle: axisTitle(x, "x"),
    yTitle: axisTitle(y, "y"),
    looks: looks.filter(({ curve }) => layout.points.some((point) => point.curve === curve)),
  });
  const svg = await new View(parse(compile(specification).spec), { renderer: "none" }).toSVG();
  return { name, title, svg: described(svg, `${title}. ${inWords(curves, x, y)}`) };
}

/** With an arrow that points to what is better. */
function axisTitle({ title, better }: PlotAxis, direction: "x" | "y"): string {
  const words = `${title} (${better} is better)`;
  if (direction === "y") return `${better === "higher" ? "↑" : "↓"} ${words}`;
  return better === "higher" ? `${words} →` : `← ${words}`;
}

/** Vega gives an image of its own page no description: it is put on the root element. */
function described(svg: string, description: string): string {
  return svg.replace("<svg ", () => `<svg role="img" aria-label="${html`${description}`.html}" `);
}

function inWords(curves: readonly SweepCurve[], x: PlotAxis, y: PlotAxis): string {
  return curves
    .map(({ name, settings }) => {
      const points = settings.map(
        (setting) =>
          `scale ${setting.scale}, ${x.title} ${significant(x.measure(setting), 3)}, ${y.title} ${significant(y.measure(setting), 3)}`,
      );
      return `${name}: ${points.join("; ")}.`;
    })
    .join(" ");
}
