import { ownColorOf } from "./color-names.ts";
import type { Cutout } from "./compositing.ts";
import { type Extent, extentOf } from "./moved-cutout.ts";
import type { PictureRecord } from "./picture-record.ts";
import { loadPictures, type PictureStore } from "./picture-store.ts";
import { recolored } from "./recolor.ts";
import type { PackSide } from "./render-picture.ts";
import type { ThingColor } from "./thing-colors.ts";

/**
 * The pixels of things, and what can be told from them; each is measured once, when it is first
 * asked.
 */
export interface ThingImages {
  /** At the side of the canvas. */
  exact(picture: PictureRecord): Cutout;
  /** At twice the side, for what is moved or scaled. */
  large(picture: PictureRecord): Cutout;
  ownColor(picture: PictureRecord): ThingColor | undefined;
  /** Whether the image is of this colour or can be painted with it. */
  canBe(picture: PictureRecord, color: ThingColor): boolean;
  extent(picture: PictureRecord): Extent;
}

/** Measured always at this side, so that a thing has the same colours at every side. */
const measuredSide: PackSide = 32;

export async function loadThingImages(
  folder: string,
  side: PackSide,
  largeSide: PackSide,
  pictures: readonly PictureRecord[],
  signal?: AbortSignal,
): Promise<ThingImages> {
  const load = (of: PackSide) => loadPictures(folder, of, pictures, signal);
  const exact = await load(side);
  const large = largeSide === side ? exact : await load(largeSide);
  const measured = side === measuredSide ? exact : await load(measuredSide);
  const colors = new Map<string, ThingColor | undefined>();
  const ability = new Map<string, boolean>();
  const extents = new Map<string, Extent>();
  const ownColor = (picture: PictureRecord) =>
    once(colors, keyOf(picture), () => ownColorOf(cutoutIn(measured, picture)));
  return {
    exact: (picture) => cutoutIn(exact, picture),
    large: (picture) => cutoutIn(large, picture),
    ownColor,
    canBe: (picture, color) =>
      ownColor(picture) === color ||
      once(
        ability,
        `${keyOf(picture)} ${color}`,
        () => recolored(cutoutIn(measured, picture), color) !== undefined,
      ),
    extent: (picture) => once(extents, keyOf(picture), () => extentOf(cutoutIn(measured, picture))),
  };
}

const keyOf = ({ source, index }: PictureRecord) => `${source} ${index}`;

function once<T>(known: Map<string, T>, key: string, measure: () => T): T {
  const before = known.get(key);
  if (before !== undefined || known.has(key)) return before as T;
  const value = measure();
  known.set(key, value);
  return value;
}

function cutoutIn(store: PictureStore, picture: PictureRecord): Cutout {
  const pixels = store.pixelsOf(picture);
  // a mistake of this package
  if (!pixels) throw new Error(`the image ${picture.source} ${picture.file} was not loaded`);
  return { pixels, side: store.side };
}
