import type { Tensor } from "@glissade/graph";
import { roundHalfEven, UnknownNameError } from "@glissade/graph";
import { tensorFromImages } from "./pixels.ts";
import {
  type AxisWeights,
  antialiasedWeights,
  box,
  cubic,
  lanczos3,
  type ResamplingFilter,
  triangle,
} from "./resampling-weights.ts";
import { assertSize, type RgbImage, rgbImage } from "./rgb-image.ts";

const filters = {
  box,
  bilinear: triangle,
  bicubic: cubic(-0.5),
  lanczos: lanczos3,
} satisfies Record<string, ResamplingFilter>;

export type PilFilter = keyof typeof filters;

/** Fraction bits of Pillow's weights: 32 less 8 for a pixel and 2 for weights above 1. */
const precision = 22;

/**
 * `Image.resize` of Pillow, bit for bit: 8-bit images, weights in fixed point, rows first,
 * rounded to 8 bits between the two passes. The networks' training images were resized so; a
 * resize in floating point is up to two levels off.
 *
 * @throws InvalidArgumentError where a size is no positive whole number; UnknownNameError where the
 * filter is not known.
 * @example `resizePil(photo, { width: 64, height: 64 }, "bicubic")`
 */
export function resizePil(
  image: RgbImage,
  { width, height }: { width: number; height: number },
  filter: PilFilter = "bicubic",
): RgbImage {
  assertSize("width", width);
  assertSize("height", height);
  if (!Object.hasOwn(filters, filter))
    throw new UnknownNameError({
      kind: "Pillow filter",
      asked: filter,
      known: Object.keys(filters),
    });
  const narrow = width === image.width ? image : resizeRows(image, width, filters[filter]);
  if (height !== narrow.height) return resizeColumns(narrow, height, filters[filter]);
  return narrow === image ? rgbImage(width, height, image.data.slice()) : narrow;
}

/**
 * `read_image` of GLIDE's inpainting notebook: a square image as a tensor `[1, 3, size, size]` in
 * [-1, 1]. The aspect ratio is not kept; see `centerCrop`.
 */
export function readImage(image: RgbImage, size: number): Tensor {
  return tensorFromImages([resizePil(image, { width: size, height: size }, "bicubic")]);
}

/**
 * The square in the middle, `size` pixels wide, as guided-diffusion's training data was cut
 * (`center_crop_arr`): halved with a box filter while the shorter side is at least twice the size,
 * then bicubic, then cropped.
 *
 * @throws InvalidArgumentError where the size is no positive whole number.
 */
export function centerCrop(image: RgbImage, size: number): RgbImage {
  assertSize("size", size);
  let scaled = image;
  while (Math.min(scaled.width, scaled.height) >= 2 * size) {
    scaled = resizePil(
      scaled,
      { width: Math.floor(scaled.width / 2), height: Math.floor(scaled.height / 2) },
      "box",
    );
  }
  const scale = size / Math.min(scaled.width, scaled.height);
  scaled = resizePil(
    scaled,
    { width: roundHalfEven(scaled.width * scale), height: roundHalfEven(scaled.height * scale) },
    "bicubic",
  );
  const left = Math.floor((scaled.width - size) / 2);
  const top = Math.floor((scaled.height - size) / 2);
  const crop = rgbImage(size, size);
  for (let y = 0; y < size; y++) {
    const start = ((top + y) * scaled.width + left) * 3;
    crop.data.set(scaled.data.subarray(start, start + size * 3), y * size * 3);
  }
  return crop;
}

function resizeRows(image: RgbImage, width: number, filter: ResamplingFilter): RgbImage {
  const result = rgbImage(width, image.height);
  const { starts, weights } = fixedPoint(antialiasedWeights(image.width, width, filter));
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * image.width + (starts[x] as number)) * 3;
      for (let channel = 0; channel < 3; channel++)
        result.data[(y * width + x) * 3 + channel] = weigh(
          image.data,
          from + channel,
          3,
          weights[x] as Float64Array,
        );
    }
  }
  return result;
}

function resizeColumns(image: RgbImage, height: number, filter: ResamplingFilter): RgbImage {
  const result = rgbImage(image.width, height);
  const { starts, weights } = fixedPoint(antialiasedWeights(image.height, height, filter));
  const stride = image.width * 3;
  for (let y = 0; y < height; y++) {
    const from = (starts[y] as number) * stride;
    for (let i = 0; i < stride; i++)
      result.data[y * stride + i] = weigh(image.data, from + i, stride, weights[y] as Float64Array);
  }
  return result;
}

/**
 * A weighted sum of pixels, from fixed point back to 8 bits: half a unit is added, the fraction cut
 * off, the result clamped.
 */
function weigh(pixels: Uint8Array, first: number, stride: number, weights: Float64Array): number {
  let sum = 2 ** (precision - 1);
  for (let tap = 0; tap < weights.length; tap++)
    sum += (weights[tap] as number) * (pixels[first + tap * stride] as number);
  return Math.min(255, Math.max(0, Math.floor(sum / 2 ** precision)));
}

/** Rounds the weights to fixed point, halves away from zero. */
function fixedPoint({ starts, weights }: AxisWeights): AxisWeights {
  return {
    starts,
    weights: weights.map((row) =>
      row.map((weight) => Math.trunc(weight * 2 ** precision + (weight < 0 ? -0.5 : 0.5))),
    ),
  };
}
