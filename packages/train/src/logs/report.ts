import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { writeFileAtomically } from "@glissade/core/files";
import { html, trusted } from "@glissade-tools/pages/html";
import type { SkippedFile } from "../data/training-data.ts";
import { reportScript } from "./report.scripts.ts";
import { reportBody } from "./report-page.ts";
import { reportStyle } from "./report-style.ts";
import type { TrainingRecord } from "./training-record.ts";

export interface ReportImage {
  readonly caption: string;
  /** What is seen on it, for those who do not see it. */
  readonly alt: string;
  /** A PNG file's bytes. */
  readonly png: Uint8Array;
}

/** What a report tells about a training run. */
export interface TrainingReport {
  readonly title: string;
  /** As it was typed. */
  readonly command?: string;
  readonly config: object;
  /** What the data is, in a sentence. */
  readonly dataset: string;
  readonly records: readonly TrainingRecord[];
  /** Newest first, or as they should be seen. */
  readonly images?: readonly ReportImage[];
  /** Seconds by what they were spent on. */
  readonly timings?: Readonly<Record<string, number>>;
  readonly skipped?: readonly SkippedFile[];
  /** Anything that a reader should know: warnings, resumptions. */
  readonly notes?: readonly string[];
}

/**
 * Writes a report of a training run as one HTML file that needs nothing else: curves, images and
 * numbers are inside, and its own policy forbids it the network.
 *
 * @throws OutputFileError if it cannot be written. @throws InvalidArgumentError where an image is no
 * PNG file.
 * @example `await writeReport("runs/emoji/report.html", { title: "Emoji", config, dataset:
 * data.description, records: log.records });`
 */
export async function writeReport(
  path: string,
  report: TrainingReport,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  signal?.throwIfAborted();
  const page = await renderReport(report);
  signal?.throwIfAborted();
  await writeFileAtomically(path, page);
}

/** The same as text. */
export async function renderReport(report: TrainingReport): Promise<string> {
  const body = reportBody(report);
  const style = inline(`${await uplotFile("uPlot.min.css")}${reportStyle}`);
  const script = inline(`${await uplotFile("uPlot.iife.min.js")}\n${reportScript()}`);
  const policy = `default-src 'none'; script-src '${hashOf(script)}'; style-src '${hashOf(style)}'; img-src data:; base-uri 'none'; form-action 'none'`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${report.title}</title>
<link rel="icon" href="data:,">
<style>${trusted(style)}</style>
</head>
<body>
${body}
<script>${trusted(script)}</script>
</body>
</html>
`;
  return page.html;
}

/** A file of the drawing library, as it is published. */
async function uplotFile(name: string): Promise<string> {
  return readFile(createRequire(import.meta.url).resolve(`uplot/dist/${name}`), "utf8");
}

/**
 * Text of a script or a style element: it must not end the element, and has the line ends that a
 * browser hashes.
 */
function inline(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(/<\/(?=script|style)/gi, "<\\/");
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
