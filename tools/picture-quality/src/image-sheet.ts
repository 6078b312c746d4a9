import { encodePng, enlarge, type RgbImage } from "@glissade/core";
import { svgToPng } from "@glissade/evaluate";
import type { PromptVerdict } from "./scores.ts";

/** A prompt's images and what the judge says of them. */
export interface SheetRow {
  readonly verdict: PromptVerdict;
  readonly images: readonly RgbImage[];
}

/** Images shown of each prompt. */
const shownImages = 2;
/** Side of a shown image, and of its cell. */
const side = 96;
const cell = { width: side + 10, height: side + 34 };
/** Cells in a row. */
const columns = 10;

/** A PNG of the first images of each prompt: above each what was asked, below what was seen. */
export async function imageSheet(rows: readonly SheetRow[], signal: AbortSignal) {
  const cells = rows.flatMap(({ verdict, images }) =>
    images.slice(0, shownImages).map((image, k) => ({ verdict, image, seen: verdict.seen[k] })),
  );
  const height = Math.ceil(cells.length / columns) * cell.height;
  const drawn = cells.map(({ verdict: { prompt, thing }, image, seen = "" }, k) => {
    const [x, y] = [(k % columns) * cell.width + 5, Math.floor(k / columns) * cell.height];
    const color = thing === null ? "#555" : seen === thing ? "#060" : "#c00";
    return [
      text(prompt, { x, y: y + 12, color: "#000" }),
      `<image x="${x}" y="${y + 16}" width="${side}" height="${side}" href="${dataUrl(image)}"/>`,
      text(seen, { x, y: y + side + 28, color }),
    ].join("");
  });
  const size = `width="${columns * cell.width}" height="${height}"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" ${size}><rect ${size} fill="#fff"/>`;
  return svgToPng(`${svg}${drawn.join("")}</svg>`, { zoom: 1, signal });
}

/** Letters that fit above an image. */
const mostLetters = 17;

function text(words: string, { x, y, color }: { x: number; y: number; color: string }): string {
  const short = words.length > mostLetters ? `${words.slice(0, mostLetters - 1)}…` : words;
  const escaped = short.replace(/[&<>]/g, (letter) => `&#${letter.charCodeAt(0)};`);
  return `<text x="${x}" y="${y}" font-size="11" fill="${color}">${escaped}</text>`;
}

/** Small images with their pixels as squares: a smooth enlargement would flatter them. */
function dataUrl(image: RgbImage): string {
  const factor = Math.max(1, Math.floor(side / image.width));
  const png = encodePng(enlarge(image, factor));
  return `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
}
