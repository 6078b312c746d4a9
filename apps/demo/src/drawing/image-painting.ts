import { type Rgb, type RgbImage, rgbImage } from "@glissade/core";
import { coverSegment, type Point, type Segment } from "./brush.ts";

/**
 * Levels by which a colour may differ in each channel and still belong to the area that is filled:
 * strokes have soft edges.
 */
const fillTolerance = 48;

export function evenImage(side: number, color: Rgb): RgbImage {
  const image = rgbImage(side, side);
  for (let i = 0; i < image.data.length; i += 3) image.data.set(color, i);
  return image;
}

/** The image with one more piece of a stroke. */
export function paintImage(image: RgbImage, segment: Segment, color: Rgb): RgbImage {
  const data = image.data.slice();
  coverSegment(image, segment, (pixel, share) => mix(data, pixel, share, color));
  return { ...image, data };
}

/** The area of one colour around a place, in another one. */
export function fillArea(image: RgbImage, at: Point, color: Rgb): RgbImage {
  const { width, height } = image;
  const [startX, startY] = [Math.floor(at.x), Math.floor(at.y)];
  if (startX < 0 || startX >= width || startY < 0 || startY >= height) return image;
  const data = image.data.slice();
  const start = startY * width + startX;
  const belongs = (pixel: number) =>
    [0, 1, 2].every(
      (c) =>
        Math.abs((image.data[3 * pixel + c] ?? 0) - (image.data[3 * start + c] ?? 0)) <=
        fillTolerance,
    );
  const seen = new Uint8Array(width * height);
  const open = [start];
  for (let pixel = open.pop(); pixel !== undefined; pixel = open.pop()) {
    if (seen[pixel] || !belongs(pixel)) continue;
    seen[pixel] = 1;
    data.set(color, 3 * pixel);
    const x = pixel % width;
    if (x > 0) open.push(pixel - 1);
    if (x < width - 1) open.push(pixel + 1);
    if (pixel >= width) open.push(pixel - width);
    if (pixel < width * (height - 1)) open.push(pixel + width);
  }
  return { ...image, data };
}

/** The image with a polygon on it; corners in pixels. */
export function paintPolygon(image: RgbImage, corners: readonly Point[], color: Rgb): RgbImage {
  const data = image.data.slice();
  for (let pixel = 0; pixel < image.width * image.height; pixel++) {
    const [x, y] = [pixel % image.width, Math.floor(pixel / image.width)];
    const inside = quarters.filter(([dx, dy]) =>
      isInside({ x: x + dx, y: y + dy }, corners),
    ).length;
    if (inside > 0) mix(data, pixel, inside / quarters.length, color);
  }
  return { ...image, data };
}

/** Where a pixel is looked at, so that its edges are smooth. */
const quarters = [0.25, 0.75].flatMap((x) => [0.25, 0.75].map((y) => [x, y] as const));

/** A ray to the right crosses the outline an odd number of times. */
function isInside({ x, y }: Point, corners: readonly Point[]): boolean {
  return (
    corners.filter((a, i) => {
      const b = corners[(i + 1) % corners.length] ?? a;
      return a.y > y !== b.y > y && x < a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x);
    }).length %
      2 ===
    1
  );
}

function mix(data: Uint8Array, pixel: number, share: number, color: Rgb): void {
  for (let c = 0; c < 3; c++)
    data[3 * pixel + c] = Math.round(
      (data[3 * pixel + c] ?? 0) * (1 - share) + (color[c] ?? 0) * share,
    );
}
