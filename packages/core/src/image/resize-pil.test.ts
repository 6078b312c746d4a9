import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { InvalidArgumentError, UnknownNameError } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { decodePng } from "./png.ts";
import { centerCrop, type PilFilter, readImage, resizePil } from "./resize-pil.ts";
import { rgbImage } from "./rgb-image.ts";

const { image: photo } = decodePng(
  readFileSync(new URL("./__fixtures__/image-70x66.png", import.meta.url)),
);
const gray = (width: number, height: number, levels: number[]) =>
  rgbImage(width, height, Uint8Array.from(levels.flatMap((level) => [level, level, level])));
const levels = ({ data }: { data: Uint8Array }) => [...data].filter((_, index) => index % 3 === 0);

describe("resizePil", () => {
  it("gives Pillow's bytes", () => {
    // SHA-256 of the image's pixels, and of those that Pillow 12.3 makes of it with BICUBIC.
    expect(createHash("sha256").update(photo.data).digest("hex")).toBe(
      "e08ccfbc45624b3b4524f404127a5722be711fb079018ac1f4cf228a7c480908",
    );
    const small = resizePil(photo, { width: 64, height: 64 }, "bicubic");
    expect([...small.data.subarray(0, 6)]).toEqual([9, 8, 1, 1, 1, 1]);
    expect(createHash("sha256").update(small.data).digest("hex")).toBe(
      "78dfa70ceb93e730474def83535eb3ef104e2e67ddd2a76c2b9e4d15562bf72c",
    );
  });

  it("rounds to 8 bits between the two passes", () => {
    expect(levels(resizePil(gray(2, 2, [1, 0, 0, 0]), { width: 1, height: 1 }, "box"))).toEqual([
      1,
    ]); // the mean of all four is 0.25
  });

  it("clamps what a filter with negative lobes overshoots", () => {
    expect(
      levels(resizePil(gray(4, 1, [0, 0, 255, 255]), { width: 8, height: 1 }, "lanczos")),
    ).toEqual(expect.arrayContaining([0, 255]));
  });

  it.each(["box", "bilinear", "bicubic", "lanczos"] as PilFilter[])(
    "keeps an even image even: %s",
    (filter) => {
      const even = gray(7, 5, Array(35).fill(200));
      for (const [width, height] of [
        [3, 11],
        [20, 2],
        [7, 1],
      ] as const)
        expect(new Set(levels(resizePil(even, { width, height }, filter)))).toEqual(new Set([200]));
    },
  );

  it("copies an image of the same size", () => {
    const copy = resizePil(photo, photo);
    expect(copy).toEqual(photo);
    expect(copy.data).not.toBe(photo.data);
  });

  it("refuses sizes and filters that do not exist", () => {
    expect(() => resizePil(photo, { width: 0, height: 1 })).toThrow(InvalidArgumentError);
    expect(() => resizePil(photo, { width: 1, height: 1 }, "hamming" as PilFilter)).toThrow(
      UnknownNameError,
    );
  });
});

it("reads an image for the networks without keeping its aspect ratio", () => {
  const x = readImage(photo, 64);
  expect(x.dims).toEqual([1, 3, 64, 64]);
  expect(x.data[0]).toBeCloseTo(9 / 127.5 - 1, 6);
});

describe("centerCrop", () => {
  it("halves, scales and cuts out the middle", () => {
    // 8x4 to 2: halved once to 4x2, then the two columns in the middle.
    const image = gray(
      8,
      4,
      Array.from({ length: 32 }, (_, index) => (index % 8) * 30),
    );
    expect(levels(centerCrop(image, 2))).toEqual([75, 135, 75, 135]);
  });

  it("leaves a square of the right size as it is", () => {
    const square = resizePil(photo, { width: 20, height: 20 });
    expect(centerCrop(square, 20)).toEqual(square);
  });

  it("enlarges an image that is too small", () => {
    const { width, height } = centerCrop(gray(2, 3, [1, 2, 3, 4, 5, 6]), 5);
    expect([width, height]).toEqual([5, 5]);
  });
});
