import { contactSheet, encodePng, enlarge, type RgbImage } from "@glissade/core";
import type { Recipe } from "../recipes/recipe.ts";

/** The same for every grid of a run, so that grids can be compared. */
export const sampleSeed = 5;
export const sampleSteps = 20;

/** Pixels that a grid is enlarged to at least. */
const comfortableWidth = 512;

/** Small images side by side, as a PNG file. */
export function imageGrid(images: readonly RgbImage[], columns: number): Uint8Array {
  const width = (images[0]?.width ?? 1) * columns;
  const factor = Math.max(1, Math.floor(comfortableWidth / width));
  return encodePng(
    contactSheet(
      images.map((image) => enlarge(image, factor)),
      { columns, margin: 4 },
    ),
  );
}

/** 3, or 1 for a network that has never seen an empty caption. */
export function defaultGuidance({ emptyShare }: Recipe): number {
  return emptyShare > 0 ? 3 : 1;
}
