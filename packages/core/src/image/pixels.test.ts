import { InvalidArgumentError, tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { imagesFromTensor, quantizeLowResolution, showImages, tensorFromImages } from "./pixels.ts";
import { rgbaFromRgb, rgbFromRgba, rgbImage } from "./rgb-image.ts";

/**
 * Values as the red channel of one line; green and blue are 0, level 128 (127.5 rounded to even).
 */
const red = (values: number[]) =>
  tensor([1, 3, 1, values.length], [...values, ...Array(values.length * 2).fill(0)]);
const redLevels = ({ data }: { data: Uint8Array }) =>
  [...data].filter((_, index) => index % 3 === 0);

describe("imagesFromTensor", () => {
  // Near 0.5, 1.5 and 2.5 before rounding, exactly 127.5 at 0; the results are PyTorch's.
  const values = [
    -1,
    -0.996078431372549,
    -0.9882352941176471,
    -0.9803921568627451,
    0,
    1,
    1.5,
    -2,
    Number.NaN,
  ];

  it("rounds halves to the even level and clamps, as GLIDE's notebooks do", () => {
    expect(redLevels(imagesFromTensor(red(values))[0] as { data: Uint8Array })).toEqual([
      0, 0, 1, 2, 128, 255, 255, 0, 0,
    ]);
  });

  it("cuts off where asked, as guided-diffusion's scripts do", () => {
    expect(
      redLevels(imagesFromTensor(red(values), { rounding: "truncate" })[0] as { data: Uint8Array }),
    ).toEqual([0, 0, 1, 2, 127, 255, 255, 0, 0]);
  });

  it("interleaves the channels of each image", () => {
    const batch = tensor([2, 3, 1, 2], [-1, 1, -1, -1, 1, 1, 0.2, 0.2, 0.4, 0.4, 0.6, 0.6]);
    expect(imagesFromTensor(batch).map(({ data }) => [...data])).toEqual([
      [0, 0, 255, 255, 0, 255],
      [153, 178, 204, 153, 178, 204],
    ]);
  });

  it("refuses other shapes", () => {
    expect(() => imagesFromTensor(tensor([3, 2, 2]))).toThrow(InvalidArgumentError);
    expect(() => imagesFromTensor(tensor([1, 4, 2, 2]))).toThrow("[batch, 3, height, width]");
  });
});

describe("tensorFromImages", () => {
  it("is the inverse for every level", () => {
    const image = rgbImage(
      256,
      1,
      Uint8Array.from({ length: 768 }, (_, index) => Math.floor(index / 3)),
    );
    const values = tensorFromImages([image, image]);
    expect(values.dims).toEqual([2, 3, 1, 256]);
    expect([values.data[0], values.data[64], values.data[255]]).toEqual([
      -1,
      Math.fround(-0.498039186000824),
      1,
    ]); // PyTorch: 64 / 127.5 - 1
    expect(imagesFromTensor(values)[1]).toEqual(image);
  });

  it("refuses images of different sizes, and none", () => {
    expect(() => tensorFromImages([rgbImage(1, 2), rgbImage(2, 1)])).toThrow("images of one size");
    expect(() => tensorFromImages([])).toThrow(InvalidArgumentError);
  });
});

it("quantizes a low-resolution batch without clamping it", () => {
  const { data } = quantizeLowResolution(tensor([4], [-1.1, -0.9882352941176471, 0, 0.3]));
  // ((x + 1) * 127.5).round() / 127.5 - 1 in PyTorch
  for (const [index, expected] of [-1.10196078, -0.99215686, 0.00392163, 0.30196083].entries())
    expect(data[index]).toBeCloseTo(expected, 6);
});

it("shows the images of a batch side by side", () => {
  const strip = showImages(
    tensor([2, 3, 2, 1], [-1, 1, -1, 1, -1, 1, 0.2, 0.4, 0.2, 0.4, 0.2, 0.4]),
  );
  expect([strip.width, strip.height]).toEqual([2, 2]);
  expect(redLevels(strip)).toEqual([0, 153, 255, 178]);
});

describe("RGBA pixels", () => {
  it("get an opaque alpha", () => {
    expect([...rgbaFromRgb(rgbImage(2, 1, Uint8Array.of(1, 2, 3, 4, 5, 6)))]).toEqual([
      1, 2, 3, 255, 4, 5, 6, 255,
    ]);
  });

  it("lose their alpha, or are laid on a background", () => {
    const image = { width: 2, height: 1, data: [10, 20, 30, 0, 100, 0, 200, 51] };
    expect([...rgbFromRgba(image).data]).toEqual([10, 20, 30, 100, 0, 200]);
    expect([...rgbFromRgba(image, { background: [255, 255, 255] }).data]).toEqual([
      255, 255, 255, 224, 204, 244,
    ]);
    expect(() => rgbFromRgba({ width: 2, height: 2, data: [0] })).toThrow(InvalidArgumentError);
  });
});
