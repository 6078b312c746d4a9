import { embeddedJson, type Html, html, trusted } from "@glissade-tools/pages/html";
import { jsonFields } from "../checkpoints/json-value.ts";
import { duration } from "./duration.ts";
import type { ReportImage, TrainingReport } from "./report.ts";
import {
  type Curve,
  type CurvePoint,
  curvesOf,
  type DrawnCurve,
  thinnedForDrawing,
  thinnedForReading,
} from "./report-curves.ts";
import { sizeOfPng } from "./tensorboard-events.ts";
import type { TrainingRecord } from "./training-record.ts";

/** Smaller images are enlarged to about this many pixels. */
const comfortableWidth = 256;
const mostSkipped = 500;

/** What stands on the page; the sections without content are left out. */
export function reportBody(report: TrainingReport): Html {
  const {
    title,
    command,
    config,
    dataset,
    records,
    images = [],
    timings = {},
    skipped = [],
    notes = [],
  } = report;
  const curves = curvesOf(records);
  const sections = [
    section(
      "summary",
      "Summary",
      facts([...summaryOf(records), ...notes.map((note): Fact => ["Note", note])]),
    ),
    section("curves", "Curves", curves.length > 0 && curvesPart(curves)),
    section(
      "images",
      "Images",
      images.length > 0 && html`<div class="images">${images.map(image)}</div>`,
    ),
    section(
      "command",
      "Command",
      command !== undefined && html`<pre><code>${command}</code></pre>`,
    ),
    section("settings", "Settings", facts([...jsonFields(config)], "code")),
    section("data", "Data", html`<p>${dataset}</p>`),
    section(
      "timings",
      "Timings",
      Object.keys(timings).length > 0 &&
        facts(Object.entries(timings).map(([what, seconds]) => [what, duration(seconds)])),
    ),
    section("skipped", "Skipped files", skipped.length > 0 && skippedPart(skipped)),
  ].filter((part) => part !== undefined);
  return html`<header><h1>${title}</h1>
<nav aria-label="Sections"><ul>${sections.map(({ id, heading }) => html`<li><a href="#${id}">${heading}</a></li>`)}</ul></nav></header>
<main>${sections.map(({ content }) => content)}</main>
<script type="application/json" id="curve-data">${embeddedJson(curves.map(drawn))}</script>`;
}

function section(
  id: string,
  heading: string,
  content: Html | false,
): { readonly id: string; readonly heading: string; readonly content: Html } | undefined {
  if (!content) return undefined;
  return {
    id,
    heading,
    content: html`<section aria-labelledby="${id}"><h2 id="${id}">${heading}</h2>${content}</section>\n`,
  };
}

type Fact = readonly [string, string];

function facts(entries: readonly Fact[], kind: "text" | "code" = "text"): Html {
  const value = (text: string) => (kind === "code" ? html`<code>${text}</code>` : html`${text}`);
  return html`<table><tbody>${entries.map(([name, text]) => html`<tr><th scope="row">${name}</th><td>${value(text)}</td></tr>`)}</tbody></table>`;
}

function summaryOf(records: readonly TrainingRecord[]): Fact[] {
  const [first, last] = [records.at(0), records.at(-1)];
  if (!first || !last) return [["Records", "none"]];
  const loss = curvesOf(records).find(({ name }) => name === "loss");
  const broken = records.filter(
    (record) => record.loss !== undefined && !Number.isFinite(record.loss),
  ).length;
  const known: (Fact | false)[] = [
    ["Steps", String(last.step)],
    last.samples !== undefined && ["Samples", String(last.samples)],
    ["From the first record to the last", duration(last.time - first.time)],
    loss !== undefined && [
      "Loss at the end, smoothed",
      figure(loss.points.at(-1)?.smoothed ?? Number.NaN),
    ],
    broken > 0 && ["Steps without a finite loss", String(broken)],
    last.skipped !== undefined && last.skipped > 0 && ["Skipped", String(last.skipped)],
  ];
  return known.filter((fact) => fact !== false);
}

function curvesPart(curves: readonly Curve[]): Html {
  return html`<p class="faint">Drag across a curve to look closer; double-click to see all of it again. The numbers stand below each.</p>
<noscript><p>Scripts are off: the curves are not drawn. The numbers behind them are below.</p></noscript>
<div class="curves">${curves.map(curvePart)}</div>`;
}

function curvePart(curve: Curve, index: number): Html {
  const { title, name, against, isLogarithmic, window } = curve;
  const scale = isLogarithmic ? "Logarithmic scale. " : "";
  const smoothing =
    window > 1
      ? `Pale: every record; strong: moving average over ${window} records.`
      : "Every record.";
  const rows = thinnedForReading(curve.points);
  return html`<figure><h3 id="curve-${index}">${title}</h3>
<div class="chart" role="img" aria-label="${described(curve)}" data-curve="${index}"></div>
<figcaption>${scale}${smoothing}</figcaption>
<details><summary>Numbers: ${title.toLowerCase()}</summary><div class="numbers" role="region" aria-labelledby="curve-${index}" tabindex="0"><table>
<thead><tr><th scope="col" class="number">${against}</th><th scope="col" class="number">${name}</th>${window > 1 ? html`<th scope="col" class="number">smoothed</th>` : ""}</tr></thead>
<tbody>${rows.map((point) => numbers(point, window))}</tbody></table></div></details></figure>`;
}

function numbers({ x, value, smoothed }: CurvePoint, window: number): Html {
  return html`<tr><td class="number">${x}</td><td class="number">${figure(value)}</td>${window > 1 ? html`<td class="number">${figure(smoothed)}</td>` : ""}</tr>`;
}

function described({ title, points, window, against }: Curve): string {
  const [first, last] = [points.at(0), points.at(-1)];
  if (!first || !last) return title;
  const end = window > 1 ? `${figure(last.smoothed)}, smoothed,` : figure(last.value);
  return `${title}: from ${figure(first.value)} at ${first.x} to ${end} at ${last.x} ${against === "step" ? "steps" : "samples"}. The numbers follow in a table.`;
}

/** What the page's script draws. */
function drawn({ name, against, isLogarithmic, window, points }: Curve): DrawnCurve {
  const shown = thinnedForDrawing(points);
  const finite = (value: number) => (Number.isFinite(value) ? Number(value.toPrecision(6)) : null);
  const x = shown.map((point) => point.x);
  const values = shown.map(({ value }) => finite(value));
  const smoothed = shown.map((point) => finite(point.smoothed));
  return { name, against, isLogarithmic, data: window > 1 ? [x, values, smoothed] : [x, values] };
}

function image({ png, alt, caption }: ReportImage): Html {
  const { width, height } = sizeOfPng(png);
  const factor = Math.max(1, Math.floor(comfortableWidth / width));
  const source = trusted(
    `data:image/png;base64,${Buffer.from(png.buffer, png.byteOffset, png.byteLength).toString("base64")}`,
  );
  return html`<figure><img${factor > 1 ? trusted(' class="small"') : ""} src="${source}" alt="${alt}" width="${width * factor}" height="${height * factor}"><figcaption>${caption}</figcaption></figure>`;
}

function skippedPart(skipped: NonNullable<TrainingReport["skipped"]>): Html {
  const rest = skipped.length - mostSkipped;
  return html`<p>${skipped.length} in all.</p><table><thead><tr><th scope="col">File</th><th scope="col">Why</th></tr></thead>
<tbody>${skipped.slice(0, mostSkipped).map(({ file, reason }) => html`<tr><td><code>${file}</code></td><td>${reason}</td></tr>`)}</tbody></table>
${rest > 0 ? html`<p>And ${rest} more.</p>` : ""}`;
}

function figure(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value);
}
