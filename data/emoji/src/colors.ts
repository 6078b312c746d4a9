/** 0 to 255 each. */
export type Color = readonly [red: number, green: number, blue: number];

function fromHex(hex: number): Color {
  return [(hex >> 16) & 255, (hex >> 8) & 255, hex & 255];
}

/** Colours of glyphs, by the word that captions use. */
export const glyphColors = {
  red: fromHex(0xd92b2b),
  orange: fromHex(0xf28c1e),
  yellow: fromHex(0xf5d21f),
  green: fromHex(0x2f9e44),
  blue: fromHex(0x2563eb),
  purple: fromHex(0x8b3fd1),
  pink: fromHex(0xf277b6),
  brown: fromHex(0x7b4a23),
  black: fromHex(0x141414),
  gray: fromHex(0x8a8a8a),
  white: fromHex(0xffffff),
} as const;

/** Colours that pictures are laid on, by the word that captions use. */
export const backgroundColors = {
  white: fromHex(0xffffff),
  black: fromHex(0x101010),
  gray: fromHex(0x9a9a9a),
  "light blue": fromHex(0xbfe0ff),
  "light green": fromHex(0xc8efc4),
  "light pink": fromHex(0xffd6e4),
  yellow: fromHex(0xffe680),
  "dark blue": fromHex(0x1b2a5c),
  beige: fromHex(0xf1e4cf),
} as const;

export type GlyphColor = keyof typeof glyphColors;
export type BackgroundColor = keyof typeof backgroundColors;

export const glyphColorNames = Object.keys(glyphColors) as GlyphColor[];
export const backgroundColorNames = Object.keys(backgroundColors) as BackgroundColor[];

/** Straight distance of two colours, 0 to 442. */
export function colorDistance(a: Color, b: Color): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

const leastContrast = 90;

/** Whether something of one colour can be seen on another. */
export function isVisibleOn(color: Color, background: BackgroundColor): boolean {
  return colorDistance(color, backgroundColors[background]) >= leastContrast;
}
