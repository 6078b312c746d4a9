import { InvalidArgumentError } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { contactSheet, enlarge } from "./contact-sheet.ts";
import { rgbImage } from "./rgb-image.ts";

const gray = (level: number, width = 1, height = 1) =>
  rgbImage(width, height, new Uint8Array(width * height * 3).fill(level));
const levels = ({ width, data }: { width: number; data: Uint8Array }) => {
  const firsts = [...data].filter((_, index) => index % 3 === 0);
  return Array.from({ length: firsts.length / width }, (_, y) =>
    firsts.slice(y * width, (y + 1) * width),
  );
};

describe("contactSheet", () => {
  it("lays the images out row by row with a margin all round", () => {
    const sheet = contactSheet([gray(1), gray(2), gray(3)], {
      columns: 2,
      margin: 1,
      background: [9, 9, 9],
    });
    expect(levels(sheet)).toEqual([
      [9, 9, 9, 9, 9],
      [9, 1, 9, 2, 9],
      [9, 9, 9, 9, 9],
      [9, 3, 9, 9, 9],
      [9, 9, 9, 9, 9],
    ]);
  });

  it("is as square as the count allows, and no wider than the images", () => {
    const size = (count: number, columns?: number) => {
      const { width, height } = contactSheet(Array(count).fill(gray(0)), {
        margin: 0,
        ...(columns && { columns }),
      });
      return [width, height];
    };
    expect(size(1)).toEqual([1, 1]);
    expect(size(4)).toEqual([2, 2]);
    expect(size(5)).toEqual([3, 2]);
    expect(size(2, 8)).toEqual([2, 1]);
  });

  it("refuses nothing, different sizes, and margins below zero", () => {
    expect(() => contactSheet([])).toThrow(InvalidArgumentError);
    expect(() => contactSheet([gray(0), gray(0, 2)])).toThrow("images of one size");
    expect(() => contactSheet([gray(0)], { margin: -1 })).toThrow(InvalidArgumentError);
    expect(() => contactSheet([gray(0)], { columns: 1.5 })).toThrow(InvalidArgumentError);
  });
});

describe("enlarge", () => {
  it("repeats every pixel", () => {
    const image = rgbImage(2, 1, Uint8Array.of(1, 2, 3, 4, 5, 6));
    const large = enlarge(image, 3);
    expect(levels(large)).toEqual(Array(3).fill([1, 1, 1, 4, 4, 4]));
    expect([...large.data.subarray(6, 12)]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("refuses other factors than whole numbers", () => {
    expect(() => enlarge(gray(0), 0)).toThrow(InvalidArgumentError);
    expect(() => enlarge(gray(0), 1.5)).toThrow(InvalidArgumentError);
  });
});
