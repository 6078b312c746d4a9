import { InvalidArgumentError, mapTensor, roundHalfEven, type Tensor } from "@glissade/graph";
import { type RgbImage, rgbImage, sizeOfAll } from "./rgb-image.ts";

/** How a value between two of the 256 levels becomes one of them. */
export type PixelRounding = "nearest" | "truncate";

/**
 * The images of a batch.
 *
 * @param images `[batch, 3, height, width]` in [-1, 1]; what lies outside is clamped, NaN becomes 0
 * @param options.rounding `"nearest"` rounds halves to the even level, as GLIDE's notebooks do;
 * `"truncate"` cuts off, as guided-diffusion's scripts do
 * @throws InvalidArgumentError where the tensor has another shape.
 * @example `const [image] = imagesFromTensor(await generate())`
 */
export function imagesFromTensor(
  images: Tensor,
  { rounding = "nearest" }: { rounding?: PixelRounding } = {},
): RgbImage[] {
  const [batch, height, width] = imageDims(images);
  const levels = levelsFromValues(images.data, { rounding });
  const plane = height * width;
  return Array.from({ length: batch }, (_, index) => {
    const image = rgbImage(width, height);
    for (let channel = 0; channel < 3; channel++) {
      const start = (index * 3 + channel) * plane;
      for (let pixel = 0; pixel < plane; pixel++)
        image.data[pixel * 3 + channel] = levels[start + pixel] as number;
    }
    return image;
  });
}

/**
 * Images of one size as a tensor `[batch, 3, height, width]` in [-1, 1]: `level / 127.5 - 1`.
 *
 * @throws InvalidArgumentError where there is no image or the sizes differ.
 */
export function tensorFromImages(images: readonly RgbImage[]): Tensor {
  const { width, height } = sizeOfAll(images);
  const plane = width * height;
  const data = new Float32Array(images.length * 3 * plane);
  images.forEach((image, index) => {
    for (let channel = 0; channel < 3; channel++) {
      const start = (index * 3 + channel) * plane;
      for (let pixel = 0; pixel < plane; pixel++)
        data[start + pixel] = valueFromLevel(image.data[pixel * 3 + channel] as number);
    }
  });
  return { dtype: "float32", dims: [images.length, 3, height, width], data };
}

/** 8-bit levels of values in [-1, 1], computed in float32 as the references do. */
export function levelsFromValues(
  values: Float32Array,
  { rounding = "nearest" }: { rounding?: PixelRounding } = {},
): Uint8Array {
  const levels = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const level = scaledLevel(values[i] as number);
    levels[i] = Math.min(
      255,
      Math.max(0, rounding === "nearest" ? roundHalfEven(level) : Math.trunc(level)),
    );
  }
  return levels;
}

/** The value in [-1, 1] of an 8-bit level. */
export function valueFromLevel(level: number): number {
  return Math.fround(Math.fround(level / 127.5) - 1);
}

/**
 * A low-resolution batch as the upsampler was trained to see it: rounded to 8-bit levels, but still
 * a tensor in [-1, 1]. Values outside stay outside.
 *
 * @see GLIDE's `text2im` notebook
 */
export function quantizeLowResolution(images: Tensor): Tensor {
  return mapTensor(images, (value) => valueFromLevel(roundHalfEven(scaledLevel(value))));
}

/**
 * The images of a batch side by side, as the notebooks' `show_images` draws them. `[batch, 3,
 * height, width]` in [-1, 1].
 */
export function showImages(images: Tensor): RgbImage {
  const shown = imagesFromTensor(images);
  const [batch, height, width] = imageDims(images);
  const strip = rgbImage(width * batch, height);
  shown.forEach(({ data }, index) => {
    for (let y = 0; y < height; y++)
      strip.data.set(
        data.subarray(y * width * 3, (y + 1) * width * 3),
        (y * batch + index) * width * 3,
      );
  });
  return strip;
}

/** `(x + 1) * 127.5` in float32. */
function scaledLevel(value: number): number {
  return Math.fround(Math.fround(value + 1) * 127.5);
}

function imageDims({ dims }: Tensor): [batch: number, height: number, width: number] {
  const [batch, channels, height, width, ...more] = dims;
  if (
    batch === undefined ||
    height === undefined ||
    width === undefined ||
    channels !== 3 ||
    more.length > 0 ||
    batch < 1
  ) {
    throw new InvalidArgumentError({
      argument: "images",
      received: dims,
      expected: "a tensor [batch, 3, height, width]",
    });
  }
  return [batch, height, width];
}
