import { contactSheet, enlarge, type RgbImage } from "@glissade/core";
import type { Studio } from "./studio.ts";

/** An image of the documentation: where it goes, and how it is drawn. */
export interface Sheet {
  /** Below the folder of the documentation. */
  readonly path: string;
  draw(studio: Studio): Promise<RgbImage>;
}

/** Side at which small and large images are shown alike. */
const shownSide = 96;

/** Rows of images of one size; small ones with their pixels as squares. */
export function rowsOf(rows: readonly (readonly RgbImage[])[]): RgbImage {
  const images = rows.flat();
  const factor = Math.max(1, Math.floor(shownSide / (images[0]?.width ?? shownSide)));
  return enlarge(contactSheet(images, { columns: rows[0]?.length ?? 1, margin: 2 }), factor);
}
