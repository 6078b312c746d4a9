import { readFile } from "node:fs/promises";
import sharp, { type Sharp } from "sharp";
import type { SvgDocument } from "./listing/iconify-file.ts";
import { pageOf, type ViewBox, withViewBox } from "./svg-view-box.ts";

/**
 * Pictures are drawn at this side; the smaller ones are exact means of it, so that an upsampler's
 * input agrees with its target.
 */
export const renderSide = 256;

/** Sides that are kept. */
export const packSides = [128, 64, 32] as const;
export type PackSide = (typeof packSides)[number];

/** Margin around what is cut out of a page, in pixels of `renderSide`. */
const cropMargin = 12;
/** A drawing is looked for at this side, each time in a narrower frame. */
const draftSide = 384;
const draftLooks = 2;
const transparent = { r: 0, g: 0, b: 0, alpha: 0 };

sharp.cache(false); // every picture is drawn once

/** An icon in its view box, as premultiplied RGBA of 256 x 256. */
export async function renderIcon({ svg, width, height }: SvgDocument): Promise<Uint8Array> {
  const density = Math.min(2400, (72 * renderSide) / Math.max(width, height));
  return premultiplied(await fitted(sharp(Buffer.from(svg), { density }), renderSide));
}

/** A bitmap file, likewise. */
export async function renderBitmap(path: string): Promise<Uint8Array> {
  return premultiplied(await fitted(sharp(path), renderSide));
}

/** A drawing somewhere on (or beside) its page, framed to fill the square. */
export async function renderDrawing(path: string): Promise<Uint8Array> {
  const drawing = await readFile(path, "utf8");
  const page = pageOf(drawing);
  let view: ViewBox = { x: page.x - page.side, y: page.y - page.side, side: 3 * page.side };
  for (let look = 0; look < draftLooks; look++) {
    const ink = inkBox(await drawnIn(view, drawing, draftSide), draftSide);
    if (!ink) break;
    const unit = view.side / draftSide;
    const side =
      (Math.max(ink.width, ink.height) * unit * renderSide) / (renderSide - 2 * cropMargin);
    view = {
      x: view.x + (ink.left + ink.width / 2) * unit - side / 2,
      y: view.y + (ink.top + ink.height / 2) * unit - side / 2,
      side,
    };
  }
  return premultiplied(await drawnIn(view, drawing, renderSide));
}

async function drawnIn(view: ViewBox, drawing: string, side: number): Promise<Buffer> {
  return fitted(sharp(Buffer.from(withViewBox(drawing, view, side))), side);
}

/** RGBA of side x side, centred. */
async function fitted(image: Sharp, side: number): Promise<Buffer> {
  return image
    .ensureAlpha()
    .toColourspace("srgb")
    .resize(side, side, { fit: "contain", background: transparent })
    .raw()
    .toBuffer();
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The smallest box that holds all that is not transparent. */
function inkBox(rgba: Uint8Array, side: number): Box | undefined {
  let [left, right, top, bottom] = [side, -1, side, -1];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      if ((rgba[(y * side + x) * 4 + 3] as number) < 8) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  return right < 0 ? undefined : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

function premultiplied(rgba: Uint8Array): Uint8Array {
  for (let i = 0; i < rgba.length; i += 4) {
    const alpha = rgba[i + 3] as number;
    for (let channel = 0; channel < 3; channel++)
      rgba[i + channel] = Math.round(((rgba[i + channel] as number) * alpha) / 255);
  }
  return rgba;
}

/** Means of 2 x 2 pixels, rounded. */
export function halved(rgba: Uint8Array, side: number): Uint8Array {
  const half = side >> 1;
  const row = side * 4;
  const small = new Uint8Array(half * half * 4);
  let target = 0;
  for (let y = 0; y < half; y++) {
    for (let x = 0; x < half; x++) {
      const corner = 2 * y * row + 8 * x;
      for (let i = corner; i < corner + 4; i++) {
        small[target++] =
          ((rgba[i] as number) +
            (rgba[i + 4] as number) +
            (rgba[i + row] as number) +
            (rgba[i + row + 4] as number) +
            2) >>
          2;
      }
    }
  }
  return small;
}

export interface Ink {
  /** Share of pixels that can be seen on white. */
  readonly visible: number;
  readonly meanColor: readonly [number, number, number];
}

/** How much of a picture there is to see, and its mean colour. */
export function inkOf(rgba: Uint8Array): Ink {
  let visible = 0;
  const sum = [0, 0, 0, 0];
  for (let i = 0; i < rgba.length; i += 4) {
    const alpha = rgba[i + 3] as number;
    const darkest =
      Math.min(rgba[i] as number, rgba[i + 1] as number, rgba[i + 2] as number) + 255 - alpha;
    if (alpha > 16 && darkest < 235) visible++;
    for (let channel = 0; channel < 4; channel++)
      sum[channel] = (sum[channel] as number) + (rgba[i + channel] as number);
  }
  const [red = 0, green = 0, blue = 0, alpha = 0] = sum;
  const mean = (total: number) =>
    alpha === 0 ? 0 : Math.min(255, Math.round((255 * total) / alpha));
  return { visible: visible / (rgba.length / 4), meanColor: [mean(red), mean(green), mean(blue)] };
}
