import { encodePng } from "@glissade/core";
import { type Html, html, trusted } from "@glissade-tools/pages/html";
import type { MetricCard } from "../metrics/metric-card.ts";
import type { SweepResults } from "../sweep/sweep-results.ts";
import type { ImageGrid } from "./image-grid.ts";
import { pageStyle } from "./page-style.ts";
import { samplerTitle } from "./setting-titles.ts";
import type { SweepPlot } from "./sweep-plots.ts";
import type { SweepTable } from "./sweep-table.ts";

/** What a page shows. */
export interface SweepPageParts {
  readonly results: SweepResults;
  readonly table: SweepTable;
  readonly plots: readonly SweepPlot[];
  /** One for each setting, or none. */
  readonly grids: readonly ImageGrid[];
  readonly captions: readonly string[];
}

/**
 * Nothing is loaded and nothing runs: styles and images of the page itself are all that it may
 * have.
 */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** The report as one HTML document that needs no network and no script. */
export function sweepPage(parts: SweepPageParts): string {
  const { results, table, plots, grids } = parts;
  const title = `Guidance sweep: ${results.model.name}`;
  return html`${trusted("<!doctype html>")}
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${trusted(pageStyle)}</style>
</head>
<body>
<header><h1>${title}</h1><p class="faint">${summary(results)}</p></header>
<main>
${section("plots", "Plots", plotsPart(plots))}
${section("numbers", "Numbers", tablePart(table))}
${grids.length > 0 ? section("images", "Images", imagesPart(parts)) : ""}
${section("measured", "What was measured", factsPart(results, table))}
</main>
</body>
</html>
`.html;
}

function section(id: string, heading: string, content: Html): Html {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${heading}</h2>
${content}</section>`;
}

function summary({ settings, samples, captions }: SweepResults): string {
  return `${settings.length} settings, ${samples} images each, of ${captions.count} captions.`;
}

function plotsPart(plots: readonly SweepPlot[]): Html {
  return html`<p class="faint">The scale of guidance stands beside each point. All numbers follow in the table.</p>
<div class="plots">${plots.map(({ svg }) => html`<figure>${trusted(svg)}</figure>\n`)}</div>`;
}

function tablePart({ columns, rows, notes }: SweepTable): Html {
  return html`<div class="scroll" role="region" aria-labelledby="numbers" tabindex="0"><table class="numbers">
<thead><tr><th scope="col">Setting</th>${columns.map(({ title }) => html`<th scope="col">${title.replace(/ (?=[↑↓]$)/, "\u00a0")}</th>`)}</tr></thead>
<tbody>${rows.map(
    ({ title, cells }) =>
      html`<tr><th scope="row">${title}</th>${cells.map(({ text, isBest }) => html`<td>${isBest ? html`<strong>${text}</strong>` : text}</td>`)}</tr>\n`,
  )}</tbody></table></div>
${notes.map((note) => html`<p class="faint">${note}</p>`)}`;
}

function imagesPart({ table, grids, captions }: SweepPageParts): Html {
  return html`<p>The captions, in the order of the images, row by row:</p>
<ol>${captions.map((caption) => html`<li>${caption}</li>`)}</ol>
<div class="grids">${grids.map((grid, index) => gridPart(grid, table.rows[index]?.title ?? "", captions.length))}</div>`;
}

function gridPart({ sheet, factor }: ImageGrid, setting: string, count: number): Html {
  const bytes = Buffer.from(encodePng(sheet)).toString("base64");
  const width = sheet.width * factor;
  const alt = `Images of the ${count} captions above, in their order, by ${setting}`;
  return html`<figure style="width: ${width}px"><img${factor > 1 ? html` class="small"` : ""} src="data:image/png;base64,${bytes}" width="${width}" height="${sheet.height * factor}" alt="${alt}"><figcaption>${setting}</figcaption></figure>\n`;
}

type Fact = readonly [what: string, value: Html];

function factsPart(results: SweepResults, table: SweepTable): Html {
  const { model, captions, samples, seed, backend, settings } = results;
  const cards = settings.map(({ card }) => card);
  const facts: Fact[] = [
    ["Model", hashed(model.name, model.sha256)],
    ["Captions", hashed(`${captions.name}, ${captions.count} in all`, captions.sha256)],
    [
      "Images",
      html`${samples} for each setting, with noise of seed ${seed}; image k has the same caption and the same noise in all of them`,
    ],
    ["Sampler", distinct(settings.map((setting) => html`${samplerTitle(setting)}`))],
    ["Sampled on", html`${backend.name}, ${backend.provider}`],
    ["Features", distinct(cards.map(featuresOf))],
    [
      "Reference",
      distinct(
        cards.map(({ reference }) =>
          hashed(`${reference.name}, ${reference.count} images`, reference.sha256),
        ),
      ),
    ],
    [
      "Neighbours",
      distinct(
        cards.map(
          ({ neighbours }) =>
            html`${neighbours.manifold} for precision and recall, ${neighbours.density} for density and coverage`,
        ),
      ),
    ],
    ["Seed of measuring", distinct(cards.map((card) => html`${card.seed}`))],
    ...notesOf(table),
  ];
  return html`<table class="facts"><tbody>${facts.map(([what, value]) => html`<tr><th scope="row">${what}</th><td>${value}</td></tr>\n`)}</tbody></table>`;
}

function hashed(what: string, sha256: string): Html {
  return html`${what}<br><code>sha256 ${sha256}</code>`;
}

function featuresOf({ features }: MetricCard): Html {
  const { name, sha256, resize, dimensions, spatialDimensions, classes } = features;
  const sizes = [
    `${dimensions} features`,
    spatialDimensions && `${spatialDimensions} spatial features`,
    classes && `${classes} classes`,
  ].filter(Boolean);
  return hashed(`${name}: ${sizes.join(", ")}; images resized by "${resize}"`, sha256);
}

/** What the settings' cards say of something: once where all agree. */
function distinct(said: readonly Html[]): Html {
  return { html: [...new Set(said.map(({ html }) => html))].join("<br>") };
}

/** A note of some settings alone names them. */
function notesOf({ rows }: SweepTable): Fact[] {
  const notes = new Set(rows.flatMap(({ setting }) => setting.card.notes));
  return [...notes].map((note) => {
    const concerned = rows
      .filter(({ setting }) => setting.card.notes.includes(note))
      .map(({ title }) => title);
    return [
      "Note",
      html`${note}${concerned.length < rows.length ? ` (${concerned.join("; ")})` : ""}`,
    ];
  });
}
