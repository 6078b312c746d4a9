import { captionsOf } from "./captions.ts";
import {
  type BackgroundColor,
  backgroundColorNames,
  backgroundColors,
  type GlyphColor,
  glyphColorNames,
  glyphColors,
  isVisibleOn,
} from "./colors.ts";
import { type Canvas, coverCanvas, fillCanvas, placeCutout } from "./compositing.ts";
import { withArticle } from "./english.ts";
import type { ExampleRandom } from "./example-random.ts";
import type { PictureRecord } from "./picture-record.ts";
import type { PictureStore } from "./picture-store.ts";
import { colorFor, type Scene } from "./scenes.ts";
import { isHeldOutColor } from "./splits.ts";

/** One picture as it is shown, and what is said of it: everything but the pixels. */
export interface PlainExample {
  readonly picture: PictureRecord;
  readonly caption: string;
  readonly color: GlyphColor | undefined;
  readonly background: BackgroundColor;
  readonly isMirrored: boolean;
}

export interface PlainChoices {
  /** Share of pictures that may be mirrored. */
  readonly mirror: number;
  /** Share of pictures (other than glyphs) on a background that is not white. */
  readonly backgrounds: number;
}

/** Glyphs are about colours, so they change their background more often. */
const glyphBackgrounds = 0.3;

/**
 * Shows a picture in one of the ways in which it can be shown, with one of the captions that say
 * so.
 */
export function drawPlainExample(
  picture: PictureRecord,
  random: ExampleRandom,
  { mirror, backgrounds }: PlainChoices,
): PlainExample {
  const { isGlyph, meanColor } = picture;
  const hasBackground = random.chance(
    isGlyph ? (backgrounds > 0 ? glyphBackgrounds : 0) : backgrounds,
  );
  const wanted = hasBackground ? random.pick(backgroundColorNames) : "white";
  const background = isGlyph || isVisibleOn(meanColor, wanted) ? wanted : "white";
  const color = colorFor(picture, background, random);
  const captions =
    isGlyph || background !== "white"
      ? captionsOf(picture, { color, background })
      : picture.captions;
  return {
    picture,
    caption: random.pick(captions),
    color,
    background,
    isMirrored: isMirrorable(picture) && random.chance(mirror),
  };
}

/** A glyph in a colour that no training example shows it in; undefined where it has none. */
export function drawHeldOutColor(
  picture: PictureRecord,
  random: ExampleRandom,
): PlainExample | undefined {
  const colors = glyphColorNames.filter(
    (color) => isHeldOutColor(picture.label, color) && isVisibleOn(glyphColors[color], "white"),
  );
  if (!picture.isGlyph || colors.length === 0) return undefined;
  const color = random.pick(colors);
  return {
    picture,
    caption: `${withArticle(`${color} ${picture.label}`)}, ${picture.style}`,
    color,
    background: "white",
    isMirrored: false,
  };
}

/** What a mirror would make wrong: writing, hands of a clock, words that name a side. */
const sidedLabels =
  /\b(left|right|leftwards|rightwards|clockwise|anticlockwise|counterclockwise|clock|watch|keycap|letters?|text|sign|button|abc|calendar|newspaper|atm|music|musical|question|number|alphabet|arrow|o'clock|thirty|chart|map|globe|back|fast|next|previous|play|cards?|dollar|euro|pound|yen|mahjong|page|stop)\b/;

export function isMirrorable({ kind, label, subgroup, captions }: PictureRecord): boolean {
  if (kind === "letter" || kind === "flag" || kind === "symbol") return false;
  if (kind === "clipart" && /signs_and_symbols|flags/.test(subgroup)) return false;
  return !sidedLabels.test(label) && !captions.some((caption) => /\b(left|right)\b/.test(caption));
}

export function paintPlainExample(
  canvas: Canvas,
  { picture, color, background, isMirrored }: PlainExample,
  store: PictureStore,
): void {
  fillCanvas(canvas, backgroundColors[background]);
  coverCanvas(
    canvas,
    { pixels: pixelsIn(store, picture), side: store.side },
    { color: color && glyphColors[color], isMirrored },
  );
}

/** @param store cut-outs at least as large as the canvas */
export function paintScene(
  canvas: Canvas,
  { background, items }: Scene,
  store: PictureStore,
): void {
  fillCanvas(canvas, backgroundColors[background]);
  for (const { picture, color, size, centerX, centerY } of items) {
    placeCutout(
      canvas,
      { pixels: pixelsIn(store, picture), side: store.side },
      {
        size: Math.round(size * canvas.side),
        centerX: centerX * canvas.side,
        centerY: centerY * canvas.side,
        color: color && glyphColors[color],
      },
    );
  }
}

function pixelsIn(store: PictureStore, { source, file, index }: PictureRecord): Uint8Array {
  const pixels = store.pixelsOf({ source, index });
  // a mistake of this package
  if (!pixels) throw new Error(`the picture ${source} ${file} was not loaded`);
  return pixels;
}
