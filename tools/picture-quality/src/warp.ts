import type { Random } from "./random.ts";

/** A square image as premultiplied RGBA, as the data's packs hold it. */
export interface CutImage {
  readonly pixels: Uint8Array;
  readonly side: number;
}

/** Premultiplied RGBA in four planes of 0 to 1. */
export type Planes = Float32Array;

/** Where the pixels of a warped image lie in the source: x and y from -1 to 1, by turns. */
export type Places = Float32Array;

/** Points along a side of the net that bends an image. */
const net = 4;

/** Size, place, angle, mirror and bend, drawn by chance. */
export function drawPlaces(random: Random, side: number): Places {
  const size = random.between(0.72, 1.12);
  const stretch = random.between(0.9, 1.1);
  const angle = random.chance(0.6) ? random.between(-0.3, 0.3) : 0;
  const [shiftX, shiftY] = [random.between(-0.16, 0.16), random.between(-0.16, 0.16)];
  const mirror = random.chance(0.5) ? -1 : 1;
  const places = placesAsTheyAre(side);
  if (random.chance(0.5)) bend(places, side, random, 0.09);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  for (let i = 0; i < places.length; i += 2) {
    const [u, v] = [(places[i] ?? 0) - shiftX, (places[i + 1] ?? 0) - shiftY];
    places[i] = (mirror * (cos * u + sin * v)) / (size * stretch);
    places[i + 1] = ((cos * v - sin * u) * stretch) / size;
  }
  return places;
}

function placesAsTheyAre(side: number): Places {
  const places = new Float32Array(2 * side * side);
  for (let i = 0; i < side * side; i++) {
    places[2 * i] = (2 * (i % side) + 1) / side - 1;
    places[2 * i + 1] = (2 * Math.floor(i / side) + 1) / side - 1;
  }
  return places;
}

/** A smooth field of offsets: samplers draw crooked lines, and what they draw can be told still. */
function bend(places: Places, side: number, random: Random, strength: number): void {
  const offsets = Float32Array.from({ length: 2 * net * net }, () => random.between(-1, 1));
  for (let i = 0; i < side * side; i++) {
    const column = ((i % side) / side) * (net - 1);
    const row = (Math.floor(i / side) / side) * (net - 1);
    for (let axis = 0; axis < 2; axis++) {
      const offset = strength * betweenCells(offsets, axis * net * net, net, row, column);
      places[2 * i + axis] = (places[2 * i + axis] ?? 0) + offset;
    }
  }
}

/** The value at a point between four cells of a square table. */
export function betweenCells(
  table: Float32Array,
  start: number,
  side: number,
  row: number,
  column: number,
): number {
  const [top, left] = [Math.min(Math.floor(row), side - 2), Math.min(Math.floor(column), side - 2)];
  const [below, right] = [row - top, column - left];
  const at = start + top * side + left;
  const upper = (table[at] ?? 0) * (1 - right) + (table[at + 1] ?? 0) * right;
  const lower = (table[at + side] ?? 0) * (1 - right) + (table[at + side + 1] ?? 0) * right;
  return upper * (1 - below) + lower * below;
}

/** An image of which every pixel is the mean of the four around its corner, before it is halved. */
export function softened({ pixels, side }: CutImage): CutImage {
  const soft = new Uint8Array(pixels.length);
  const row = 4 * side;
  for (let i = 0; i < pixels.length - row - 4; i++) {
    const upper = (pixels[i] ?? 0) + (pixels[i + 4] ?? 0);
    soft[i] = (upper + (pixels[i + row] ?? 0) + (pixels[i + row + 4] ?? 0) + 2) >> 2;
  }
  return { pixels: soft, side };
}

/** A softened image at the given places, by straight lines; outside it is transparent. */
export function warped({ pixels, side }: CutImage, places: Places): Planes {
  const size = places.length / 2;
  const planes = new Float32Array(4 * size);
  for (let i = 0; i < size; i++) {
    // Softening has moved the image by half a pixel.
    const x = (((places[2 * i] ?? 0) + 1) * side) / 2 - 1;
    const y = (((places[2 * i + 1] ?? 0) + 1) * side) / 2 - 1;
    const [left, top] = [Math.floor(x), Math.floor(y)];
    if (left < 0 || top < 0 || left >= side - 1 || top >= side - 1) continue;
    const [right, below] = [x - left, y - top];
    for (let channel = 0; channel < 4; channel++) {
      const from = (top * side + left) * 4 + channel;
      const under = from + 4 * side;
      const upper = (pixels[from] ?? 0) * (1 - right) + (pixels[from + 4] ?? 0) * right;
      const lower = (pixels[under] ?? 0) * (1 - right) + (pixels[under + 4] ?? 0) * right;
      planes[channel * size + i] = (upper * (1 - below) + lower * below) / 255;
    }
  }
  return planes;
}

/** An image as it is, in planes. */
export function unwarped({ pixels, side }: CutImage): Planes {
  const size = side * side;
  return Float32Array.from({ length: 4 * size }, (_, i) => {
    const [channel, pixel] = [Math.floor(i / size), i % size];
    return (pixels[4 * pixel + channel] ?? 0) / 255;
  });
}
