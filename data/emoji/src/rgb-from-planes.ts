import { type RgbImage, rgbImage } from "@glissade/core";

/** A painted canvas as an 8-bit picture. */
export function rgbFromPlanes(planes: Float32Array, side: number): RgbImage {
  const size = side * side;
  const bytes = new Uint8Array(3 * size);
  for (let pixel = 0; pixel < size; pixel++) {
    for (let channel = 0; channel < 3; channel++)
      bytes[3 * pixel + channel] = Math.round(planes[channel * size + pixel] ?? 0);
  }
  return rgbImage(side, side, bytes);
}
