import { InvalidArgumentError } from "@glissade/graph";

/** An 8-bit image: three bytes (red, green, blue) a pixel, row by row from the top left. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  /** `width * height * 3` bytes. */
  readonly data: Uint8Array;
}

/** Where an image has no colour of its own, or is transparent. */
export type Rgb = readonly [red: number, green: number, blue: number];

/**
 * An image of the given size; black where no data is given.
 *
 * @throws InvalidArgumentError where the data does not fill the size.
 * @example `rgbImage(2, 1, Uint8Array.of(255, 0, 0, 0, 0, 255))`
 */
export function rgbImage(width: number, height: number, data?: Uint8Array): RgbImage {
  assertSize("width", width);
  assertSize("height", height);
  const pixels = data ?? new Uint8Array(width * height * 3);
  if (pixels.length !== width * height * 3) {
    throw new InvalidArgumentError({
      argument: "data",
      received: `${pixels.length} bytes`,
      expected: `${width * height * 3} bytes for ${width}x${height} pixels`,
    });
  }
  return { width, height, data: pixels };
}

/** For `new ImageData(...)` in a browser: four bytes a pixel, opaque. */
export function rgbaFromRgb({ data }: RgbImage): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray((data.length / 3) * 4).fill(255);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4)
    rgba.set(data.subarray(from, from + 3), to);
  return rgba;
}

/**
 * From a browser's `ImageData` and the like.
 *
 * @param image four bytes a pixel, alpha not multiplied in
 * @param options.background the colour behind transparent pixels; where it is not given, alpha is
 * dropped and the colours stay, as Pillow's `convert("RGB")` does
 * @throws InvalidArgumentError where the data does not fill the size.
 */
export function rgbFromRgba(
  image: { width: number; height: number; data: ArrayLike<number> },
  { background }: { background?: Rgb | undefined } = {},
): RgbImage {
  const { width, height, data } = image;
  const result = rgbImage(width, height);
  if (data.length !== width * height * 4) {
    throw new InvalidArgumentError({
      argument: "data",
      received: `${data.length} bytes`,
      expected: `${width * height * 4} bytes for ${width}x${height} pixels`,
    });
  }
  for (let pixel = 0; pixel < width * height; pixel++) {
    const alpha = background ? (data[pixel * 4 + 3] as number) / 255 : 1;
    for (let channel = 0; channel < 3; channel++) {
      result.data[pixel * 3 + channel] = Math.round(
        alpha * (data[pixel * 4 + channel] as number) + (1 - alpha) * (background?.[channel] ?? 0),
      );
    }
  }
  return result;
}

/** @throws InvalidArgumentError where a width or height is no positive whole number. */
export function assertSize(argument: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError({
      argument,
      received: value,
      expected: "a whole number from 1, in pixels",
    });
}

/**
 * The size that all images share. @throws InvalidArgumentError where there is none or the sizes
 * differ.
 */
export function sizeOfAll(images: readonly RgbImage[]): {
  readonly width: number;
  readonly height: number;
} {
  const [first] = images;
  if (!first)
    throw new InvalidArgumentError({
      argument: "images",
      received: images,
      expected: "at least one image",
    });
  const { width, height } = first;
  const other = images.find((image) => image.width !== width || image.height !== height);
  if (other) {
    throw new InvalidArgumentError({
      argument: "images",
      received: `images of ${width}x${height} and ${other.width}x${other.height}`,
      expected: "images of one size",
    });
  }
  return { width, height };
}
