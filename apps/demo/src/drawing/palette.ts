import type { Rgb } from "@glissade/core";

/** The colours to draw with, by the names that they are announced with. */
export const palette = {
  red: [214, 40, 40],
  orange: [247, 127, 0],
  yellow: [252, 206, 60],
  green: [46, 139, 62],
  "light blue": [110, 190, 240],
  blue: [30, 80, 190],
  purple: [125, 60, 170],
  pink: [244, 140, 180],
  brown: [120, 72, 40],
  black: [20, 20, 20],
  grey: [150, 150, 150],
  white: [255, 255, 255],
} as const satisfies Record<string, Rgb>;

export type ColorName = keyof typeof palette;

export function isColorName(name: string): name is ColorName {
  return Object.hasOwn(palette, name);
}

export function cssColor([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`;
}
