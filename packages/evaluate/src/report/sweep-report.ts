import { join } from "node:path";
import { type OutputFile, writeFilesAtomically } from "@glissade/core/files";
import type { SweepResults, SweepSetting } from "../sweep/sweep-results.ts";
import { gridPng, imageGrids, type SweepImage } from "./image-grid.ts";
import { svgToPng } from "./svg-to-png.ts";
import { sweepCsv } from "./sweep-csv.ts";
import { sweepMarkdown } from "./sweep-markdown.ts";
import { sweepPage } from "./sweep-page.ts";
import { sweepPlots } from "./sweep-plots.ts";
import { sweepTable } from "./sweep-table.ts";

export interface SweepReportOptions {
  readonly signal?: AbortSignal;
}

/**
 * Writes a guidance sweep's report: `report.html`, a page that needs no network and no script;
 * `results.json`, `results.csv` and `results.md`; `plots/*.svg` and `plots/*.png`; `grids/*.png`.
 * Each file appears whole or not at all, in place of an earlier one; other files stay.
 *
 * @param images samples of each setting in the order of `results.settings`, with the same
 * captions in the same order; a few dozen at most. Empty lists where no images are shown
 * @returns the files' paths, the page's first
 * @throws InvalidArgumentError where nothing was measured, not everything by one network, or the
 * images do not fit; OutputFileError where a file cannot be written; the signal's reason where
 * aborted
 * @example `await writeSweepReport("sweep", results, images, { signal })`
 */
export async function writeSweepReport(
  folder: string,
  results: SweepResults,
  images: readonly (readonly SweepImage[])[],
  { signal }: SweepReportOptions = {},
): Promise<string[]> {
  signal?.throwIfAborted();
  const table = sweepTable(results);
  const { grids, captions } = imageGrids(results, images);
  const plots = await sweepPlots(results);
  const files: OutputFile[] = [
    { path: "report.html", contents: sweepPage({ results, table, plots, grids, captions }) },
    { path: "results.json", contents: `${JSON.stringify(results, null, 2)}\n` },
    { path: "results.csv", contents: sweepCsv(results) },
    { path: "results.md", contents: sweepMarkdown(results) },
  ];
  for (const { name, svg } of plots) {
    files.push({ path: join("plots", `${name}.svg`), contents: svg });
    files.push({
      path: join("plots", `${name}.png`),
      contents: await svgToPng(svg, signal ? { signal } : {}),
    });
  }
  for (const [index, grid] of grids.entries()) {
    signal?.throwIfAborted();
    files.push({
      path: join("grids", gridName(index, results.settings[index])),
      contents: gridPng(grid),
    });
  }
  const placed = files.map(({ path, contents }) => ({ path: join(folder, path), contents }));
  await writeFilesAtomically(placed, { makeFolders: true, signal });
  return placed.map(({ path }) => path);
}

/**
 * E.g. `"03-cfg-1.5-ddim.png"`: names come from outside, so that only harmless letters are kept;
 * the number makes them differ.
 */
function gridName(index: number, setting: SweepSetting | undefined): string {
  const words = setting ? `${setting.strategy}-${setting.scale}-${setting.sampler}` : "";
  const harmless = words.replace(/[^a-z0-9.]+/gi, "-").slice(0, 40);
  return `${String(index + 1).padStart(2, "0")}-${harmless}.png`;
}
