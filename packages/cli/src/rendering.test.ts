import { rgbImage } from "@glissade/core";
import { describe, expect, it } from "vitest";
import { enlargement, render } from "./rendering.ts";

describe("enlargement", () => {
  it("makes small images at least 256 pixels wide, and leaves large ones", () => {
    expect([16, 32, 64, 100, 256, 1024].map((size) => enlargement(undefined, size))).toEqual([
      16, 8, 4, 3, 1, 1,
    ]);
    expect(enlargement(1, 32)).toBe(1);
    expect(() => enlargement(129, 32)).toThrow("a whole number from 1 to 128");
    expect(() => enlargement(2, 4096)).toThrow("a whole number from 1 to 1");
  });
});

describe("render", () => {
  const images = [10, 20, 30].map((level) => rgbImage(2, 2, new Uint8Array(12).fill(level)));

  it("enlarges one image", () => {
    const { width, height, data } = render(images, 1, 3);
    expect([width, height, new Set(data)]).toEqual([6, 6, new Set([20])]);
  });

  it("puts all on a sheet, or the only one alone", () => {
    const sheet = render(images, "sheet", 4);
    expect([sheet.width, sheet.height]).toEqual([8 + 2 * (8 + 8), 8 + 2 * (8 + 8)]);
    expect(render(images.slice(0, 1), "sheet", 4).width).toBe(8);
  });

  it("enlarges less on a sheet that would become too wide", () => {
    expect(render(images, "sheet", 2048).width).toBe(8 + 2 * (2048 + 8));
  });
});
