import { InvalidArgumentError, UnknownNameError } from "@glissade/core";
import { describe, expect, it } from "vitest";
import { formulaImage } from "./__fixtures__/formula-inception.ts";
import { type ResizeMode, resizeLevels, resizeModes } from "./resize-modes.ts";

/** [channel, row, column] of the recorded pixels: ten anywhere, and three corners. */
const places = [
  ...Array.from(
    { length: 10 },
    (_, k) => [k % 3, (37 * k * k) % 299, (113 * k + 11) % 299] as const,
  ),
  ...([
    [0, 0, 0],
    [1, 298, 298],
    [2, 0, 298],
  ] as const),
];

interface Recorded {
  readonly mode: ResizeMode;
  readonly image: readonly [width: number, height: number, kind: number];
  readonly mean: number;
  readonly range: readonly [smallest: number, largest: number];
  readonly pixels: readonly number[];
}

/**
 * Pillow 12.3's resize(299x299, BICUBIC) in its mode "F", PyTorch 2.13's interpolate, and
 * TensorFlow's kernel as torch-fidelity states it, in float32.
 */
const recorded: readonly Recorded[] = [
  {
    mode: "clean",
    image: [120, 90, 1],
    mean: 123.18226,
    range: [-0.42295024, 255.61914],
    pixels: [
      244.19382, 32.796211, 16.235779, 143.09081, 25.242161, 96.332588, 78.374573, 138.14516,
      114.19849, 89.649361, 255.61914, 241.85742, 92.937355,
    ],
  },
  {
    mode: "clean",
    image: [401, 350, 0],
    mean: 127.19107,
    range: [0.85669214, 254.68163],
    pixels: [
      225.89473, 83.670258, 80.483276, 86.118088, 93.84903, 188.68106, 50.560394, 183.82971,
      24.40176, 165.64268, 254.68163, 103.98954, 111.60751,
    ],
  },
  {
    mode: "legacy-pytorch",
    image: [120, 90, 1],
    mean: 123.18192,
    range: [0.083536819, 255],
    pixels: [
      243.65384, 32.804352, 16.261396, 143.18561, 25.177261, 96.250832, 78.280823, 138.14214,
      114.2221, 89.62709, 255, 243, 93,
    ],
  },
  {
    mode: "legacy-pytorch",
    image: [401, 350, 0],
    mean: 127.19098,
    range: [0.13047791, 254.9649],
    pixels: [
      225.89799, 83.66053, 80.195465, 86.078995, 93.921143, 188.66226, 50.476608, 183.61151,
      24.662205, 165.85197, 254.64432, 103.5816, 111.57355,
    ],
  },
  {
    mode: "legacy-tensorflow",
    image: [120, 90, 1],
    mean: 123.3552,
    range: [0.23041706, 255],
    pixels: [
      242.75585, 35.749168, 13.103683, 140.42475, 21.933128, 92.909133, 81.217103, 141.08695,
      117.49836, 86.632103, 255, 243, 93,
    ],
  },
  {
    mode: "legacy-tensorflow",
    image: [401, 350, 0],
    mean: 127.1849,
    range: [0.17871479, 255],
    pixels: [
      226.49498, 82.381313, 82.819107, 85.06984, 96.959625, 186.78603, 48.685646, 185.1258,
      27.220695, 164.67907, 255, 107.16364, 113.3645,
    ],
  },
];

describe("resizeLevels", () => {
  it.each(recorded)(
    "resizes as the reference does: $mode, $image",
    ({ mode, image, mean, range, pixels }) => {
      const { dims, data } = resizeLevels([formulaImage(...image)], 299, mode);
      expect(dims).toEqual([1, 3, 299, 299]);
      const values = places.map(
        ([channel, row, column]) => data[(channel * 299 + row) * 299 + column] ?? Number.NaN,
      );
      expect(
        Math.max(...values.map((value, i) => Math.abs(value - (pixels[i] ?? Number.NaN)))),
      ).toBeLessThan(1e-4);
      expect(
        Math.abs(data.reduce((sum, value) => sum + value, 0) / data.length - mean),
      ).toBeLessThan(1e-5);
      expect(data.reduce((a, b) => Math.min(a, b))).toBeCloseTo(range[0], 4);
      expect(data.reduce((a, b) => Math.max(a, b))).toBeCloseTo(range[1], 4);
    },
  );

  it.each(resizeModes)("keeps the levels of an image of the right size: %s", (mode) => {
    const image = formulaImage(31, 31, 1);
    const levels = resizeLevels([image], 31, mode);
    expect(
      Array.from(
        { length: 31 * 31 * 3 },
        (_, i) => levels.data[(i % 3) * 31 * 31 + Math.floor(i / 3)],
      ),
    ).toEqual([...image.data]);
  });

  it.each(resizeModes)("brings images of several sizes to one, in their order: %s", (mode) => {
    const images = [formulaImage(20, 30, 0), formulaImage(50, 11, 1), formulaImage(1, 1, 0)];
    const together = resizeLevels(images, 16, mode);
    expect(together.dims).toEqual([3, 3, 16, 16]);
    expect([...together.data]).toEqual(
      images.flatMap((image) => [...resizeLevels([image], 16, mode).data]),
    );
  });

  it("refuses modes that do not exist, and images that are none", () => {
    const image = formulaImage(4, 4, 0);
    expect(() => resizeLevels([image], 8, "claen" as ResizeMode)).toThrow(UnknownNameError);
    expect(() => resizeLevels([image], 8, "toString" as ResizeMode)).toThrow(UnknownNameError);
    expect(() => resizeLevels([image], 8, "claen" as ResizeMode)).toThrow('Did you mean "clean"?');
    expect(() => resizeLevels([], 8, "clean")).toThrow(InvalidArgumentError);
    expect(() => resizeLevels([{ ...image, width: 5 }], 8, "clean")).toThrow(
      "60 bytes for 5x4 pixels",
    );
  });
});
