import {
  contactSheet,
  encodePng,
  enlarge,
  InvalidArgumentError,
  type RgbImage,
} from "@glissade/core";
import type { SweepResults } from "../sweep/sweep-results.ts";

/** A sample of a setting. */
export interface SweepImage {
  readonly image: RgbImage;
  readonly caption: string;
}

/** The samples of a setting on one sheet: the same captions in the same places for all settings. */
export interface ImageGrid {
  /** Pixel for pixel. */
  readonly sheet: RgbImage;
  /** How often a small image is enlarged to be seen. */
  readonly factor: number;
}

/** Smaller images are enlarged to about this many pixels. */
const comfortableSide = 96;

/**
 * A grid for each setting, and the captions of its places; none where there are no images.
 *
 * @throws InvalidArgumentError where not every setting has images of the same captions in the
 * same order, or sizes differ
 */
export function imageGrids(
  { settings }: SweepResults,
  images: readonly (readonly SweepImage[])[],
): { grids: ImageGrid[]; captions: string[] } {
  const captions = images[0]?.map(({ caption }) => caption) ?? [];
  if (images.length !== settings.length) {
    throw new InvalidArgumentError({
      argument: "images",
      received: `images of ${images.length} settings`,
      expected: `those of ${settings.length}, one list for each setting`,
    });
  }
  const stranger = images.findIndex(
    (samples) =>
      samples.length !== captions.length ||
      samples.some(({ caption }, place) => caption !== captions[place]),
  );
  if (stranger >= 0) {
    throw new InvalidArgumentError({
      argument: "images",
      received: `other captions for setting ${stranger} than for the first`,
      expected: "the same captions in the same order for every setting",
    });
  }
  return { grids: captions.length > 0 ? images.map(gridOf) : [], captions };
}

/** A file of the grid that any viewer shows large enough. */
export function gridPng({ sheet, factor }: ImageGrid): Uint8Array {
  return encodePng(enlarge(sheet, factor));
}

function gridOf(samples: readonly SweepImage[]): ImageGrid {
  const side = samples[0]?.image.width ?? comfortableSide;
  return {
    sheet: contactSheet(
      samples.map(({ image }) => image),
      { margin: 1 },
    ),
    factor: Math.max(1, Math.round(comfortableSide / side)),
  };
}
