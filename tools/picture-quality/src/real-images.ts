import {
  defaultDataFolder,
  loadPictures,
  type PictureRecord,
  type PictureStore,
  readRecords,
  things,
} from "@glissade-data/emoji";
import type { RealPart } from "./real-parts.ts";
import type { CutImage } from "./warp.ts";

/** The style that is left out of the judge's training, to measure it: the model may draw it. */
export const leftOutSource = "emojitwo";

/** A real image of a known thing. */
export interface RealImage {
  readonly record: PictureRecord;
  /** The number of the thing that it shows. */
  readonly thing: number;
  readonly part: RealPart;
}

/** Real images and their pixels. */
export interface RealImages {
  readonly all: readonly RealImage[];
  /** At 32 pixels, exact means: what is judged. */
  small(image: RealImage): CutImage;
  /** At 64 pixels: what is warped for training. */
  large(image: RealImage): CutImage;
}

export const thingNames: readonly string[] = things.map(({ name }) => name);

/** Everything in the data that shows a known thing, in every style. */
export async function openRealImages(signal?: AbortSignal): Promise<RealImages> {
  const folder = defaultDataFolder();
  const numbers = new Map(things.flatMap(({ labels }, number) => labels.map((l) => [l, number])));
  const all = (await readRecords(folder)).flatMap((record): RealImage[] => {
    const thing = numbers.get(record.label);
    return thing === undefined ? [] : [{ record, thing, part: partOf(record) }];
  });
  const records = all.map(({ record }) => record);
  const small = await loadPictures(folder, 32, records, signal);
  const large = await loadPictures(folder, 64, records, signal);
  return {
    all,
    small: ({ record }) => pixelsIn(small, record),
    large: ({ record }) => pixelsIn(large, record),
  };
}

/**
 * What the data hold out at random or of one style is held out here too. Things that miss in every
 * style are not: the judge has to know them.
 */
function partOf({ source, split }: PictureRecord): RealPart {
  if (source === leftOutSource) return "leftOut";
  return split === "val" || split === "test_style" ? "heldOut" : "trained";
}

function pixelsIn(store: PictureStore, record: PictureRecord): CutImage {
  const pixels = store.pixelsOf(record);
  if (!pixels) throw new Error(`The pixels of ${record.source}'s ${record.file} were not loaded.`);
  return { pixels, side: store.side };
}
