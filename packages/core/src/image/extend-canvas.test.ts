import { describe, expect, it } from "vitest";
import { extendCanvas } from "./extend-canvas.ts";
import { rgbImage } from "./rgb-image.ts";

/** Grey pixels of the given levels. */
const row = (...levels: number[]) =>
  rgbImage(levels.length, 1, Uint8Array.from(levels.flatMap((level) => [level, level, level])));
const firstChannel = (data: Uint8Array) => [...data].filter((_, i) => i % 3 === 0);

describe("extendCanvas", () => {
  it("repeats the edge and marks the room in white", () => {
    const { image, mask } = extendCanvas(row(10, 20), { left: 2, right: 1, bottom: 1 });
    expect([image.width, image.height]).toEqual([5, 2]);
    expect(firstChannel(image.data)).toEqual([10, 10, 10, 20, 20, 10, 10, 10, 20, 20]);
    expect([...mask.data]).toEqual([255, 255, 0, 0, 255, 255, 255, 255, 255, 255]);
  });

  it("gives the image and a black mask without margins", () => {
    const { image, mask } = extendCanvas(row(1, 2, 3), {});
    expect(image).toEqual(row(1, 2, 3));
    expect([...mask.data]).toEqual([0, 0, 0]);
  });

  it.each([-1, 0.5, Number.NaN, Infinity, 1e9])("refuses %s pixels", (top) => {
    expect(() => extendCanvas(row(1), { top })).toThrow(/margins/);
  });
});
