import { type Rgb, type RgbImage, rgbImage } from "@glissade/core";
import { describe, expect, it } from "vitest";
import { exampleSketches } from "./example-sketches.ts";
import { evenImage, fillArea, paintImage, paintPolygon } from "./image-painting.ts";

const red: Rgb = [200, 0, 0];
const blue: Rgb = [0, 0, 200];
const white = evenImage(32, [255, 255, 255]);

const colorAt = ({ data, width }: RgbImage, x: number, y: number) => [
  ...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3),
];
const count = ({ data }: RgbImage, color: Rgb) =>
  Array.from({ length: data.length / 3 }, (_, i) =>
    color.every((level, c) => data[3 * i + c] === level),
  ).filter(Boolean).length;

describe("an image that is painted", () => {
  it("has the brush's colour on the stroke, and its own elsewhere", () => {
    const painted = paintImage(
      white,
      { from: { x: 4, y: 16 }, to: { x: 28, y: 16 }, radius: 3 },
      red,
    );
    expect(colorAt(painted, 16, 16)).toEqual([...red]);
    expect(colorAt(painted, 16, 25)).toEqual([255, 255, 255]);
    expect(count(white, red)).toBe(0);
  });

  it("fills what a closed line surrounds, and nothing else", () => {
    const square = paintPolygon(white, [{ x: 4, y: 4 }, { x: 28, y: 4 }, { x: 28, y: 28 }, { x: 4, y: 28 }], red); // biome-ignore format: a table
    const frame = paintPolygon(square, [{ x: 8, y: 8 }, { x: 24, y: 8 }, { x: 24, y: 24 }, { x: 8, y: 24 }], [255, 255, 255]); // biome-ignore format: a table
    const filled = fillArea(frame, { x: 16, y: 16 }, blue);
    expect(count(filled, blue)).toBe(16 * 16);
    expect(count(filled, red)).toBe(24 * 24 - 16 * 16);
    expect(count(fillArea(frame, { x: 0, y: 0 }, blue), blue)).toBe(32 * 32 - 24 * 24);
    expect(fillArea(frame, { x: -1, y: 4 }, blue)).toBe(frame);
  });

  it("ends where it fills an area with its own colour, at a large image too", () => {
    const large = rgbImage(200, 200);
    expect(fillArea(large, { x: 5, y: 5 }, [0, 0, 0])).toEqual(large);
  });

  it("has a triangle's area where a triangle is painted", () => {
    const triangle = paintPolygon(evenImage(100, [0, 0, 0]), [{ x: 10, y: 90 }, { x: 90, y: 90 }, { x: 50, y: 10 }], [255, 255, 255]); // biome-ignore format: a table
    const covered = triangle.data.reduce((sum, level) => sum + level / 255, 0) / 3;
    expect(covered / ((80 * 80) / 2)).toBeCloseTo(1, 1.5);
  });

  it.each(exampleSketches)("has an example: $name", ({ draw }) => {
    const sketch = draw(128);
    expect(sketch.data).toHaveLength(128 * 128 * 3);
    expect(
      new Set(
        Array.from({ length: 128 * 128 }, (_, i) => sketch.data.subarray(3 * i, 3 * i + 3).join()),
      ).size,
    ).toBeGreaterThan(1);
  });
});
