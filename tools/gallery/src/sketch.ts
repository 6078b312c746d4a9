import { type Rgb, type RgbImage, rgbImage } from "@glissade/core";

/** A flat shape on a page whose sides are 1 long. */
export interface Shape {
  readonly color: Rgb;
  covers(x: number, y: number): boolean;
}

export function ellipse(
  color: Rgb,
  centreX: number,
  centreY: number,
  radiusX: number,
  radiusY: number,
): Shape {
  return {
    color,
    covers: (x, y) => ((x - centreX) / radiusX) ** 2 + ((y - centreY) / radiusY) ** 2 <= 1,
  };
}

/** Shapes on a white page, later ones over earlier ones. */
export function sketch(side: number, shapes: readonly Shape[]): RgbImage {
  const page = rgbImage(side, side);
  for (let pixel = 0; pixel < side * side; pixel++) {
    const [x, y] = [((pixel % side) + 0.5) / side, (Math.floor(pixel / side) + 0.5) / side];
    page.data.set(
      shapes.findLast((shape) => shape.covers(x, y))?.color ?? [255, 255, 255],
      3 * pixel,
    );
  }
  return page;
}
