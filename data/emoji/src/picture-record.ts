import type { SourceName } from "./sources.ts";

/** What a picture shows, as far as sampling weights tell apart. */
export type PictureKind =
  | "object"
  | "face"
  | "person"
  | "symbol"
  | "flag"
  | "letter"
  | "glyph"
  | "comic"
  | "clipart";

/** Parts of the data. Everything but `train` is held out; the README says what each asks. */
export type PictureSplit = "train" | "val" | "test_style" | "test_concept";

/** A picture as its package names it, before it is rendered. */
export interface ListedPicture {
  readonly source: SourceName;
  /** Icon name, or path inside the package. */
  readonly file: string;
  /** Code points of the emoji that it draws, e.g. `"1F34E"`; null where it is no emoji. */
  readonly hexcode: string | null;
  /** What it shows, without skin tone: the name of its concept. */
  readonly concept: string;
  /** What captions call it. */
  readonly label: string;
  readonly korean?: string;
  readonly keywords: readonly string[];
  readonly kind: PictureKind;
  /** Unicode's subgroup ("food-fruit"), or the folder of a clip art. */
  readonly subgroup: string;
  /** 0 for none, 1 (light) to 5 (dark). */
  readonly tone: number;
}

/** A rendered picture: one line of `meta.jsonl`. */
export interface PictureRecord extends ListedPicture {
  /** Position in the packs of its source. */
  readonly index: number;
  readonly style: string;
  readonly license: string;
  readonly isGlyph: boolean;
  readonly split: PictureSplit;
  /** Mean colour of what is drawn, 0 to 255. */
  readonly meanColor: readonly [number, number, number];
  /** Every template filled in; glyphs in one colour, which the loader varies. */
  readonly captions: readonly string[];
}
