import { type RgbImage, rgbImage } from "@glissade/core";

/**
 * An image cut into squares, row by row from the top left; what is left at the right and at the
 * bottom is dropped.
 */
export function tiles(image: RgbImage, side: number): RgbImage[] {
  const columns = Math.floor(image.width / side);
  return Array.from({ length: columns * Math.floor(image.height / side) }, (_, k) => {
    const [left, top] = [side * (k % columns), side * Math.floor(k / columns)];
    const tile = rgbImage(side, side);
    for (let y = 0; y < side; y++) {
      const from = 3 * ((top + y) * image.width + left);
      tile.data.set(image.data.subarray(from, from + 3 * side), 3 * y * side);
    }
    return tile;
  });
}
