import { InvalidArgumentError } from "@glissade/graph";
import { assertSize, type Rgb, type RgbImage, rgbImage, sizeOfAll } from "./rgb-image.ts";

export interface ContactSheetOptions {
  /** Images in a row; as near to a square as the count allows where it is not given. */
  readonly columns?: number;
  /** Pixels around and between the images. */
  readonly margin?: number;
  readonly background?: Rgb;
}

/**
 * Images of one size on one sheet, row by row.
 *
 * @throws InvalidArgumentError where there is no image, the sizes differ, or an option is no
 * whole number in range.
 * @example `contactSheet(images, { columns: 4, margin: 2 })`
 */
export function contactSheet(
  images: readonly RgbImage[],
  options: ContactSheetOptions = {},
): RgbImage {
  const {
    columns = Math.ceil(Math.sqrt(images.length)),
    margin = 2,
    background = [255, 255, 255],
  } = options;
  const { width, height } = sizeOfAll(images);
  assertSize("columns", columns);
  if (!Number.isSafeInteger(margin) || margin < 0)
    throw new InvalidArgumentError({
      argument: "margin",
      received: margin,
      expected: "a whole number from 0, in pixels",
    });
  const used = Math.min(columns, images.length);
  const sheet = filled(
    margin + used * (width + margin),
    margin + Math.ceil(images.length / used) * (height + margin),
    background,
  );
  images.forEach((image, index) => {
    paste(
      sheet,
      image,
      margin + (index % used) * (width + margin),
      margin + Math.floor(index / used) * (height + margin),
    );
  });
  return sheet;
}

/**
 * Every pixel as a square of `factor` times `factor`: for looking at small images. @throws
 * InvalidArgumentError where the factor is no whole number from 1.
 */
export function enlarge({ width, height, data }: RgbImage, factor: number): RgbImage {
  assertSize("factor", factor);
  const large = rgbImage(width * factor, height * factor);
  for (let y = 0; y < height; y++) {
    const start = y * factor * large.width * 3;
    for (let x = 0; x < large.width; x++) {
      const from = (y * width + Math.floor(x / factor)) * 3;
      large.data.set(data.subarray(from, from + 3), start + x * 3);
    }
    for (let copy = 1; copy < factor; copy++)
      large.data.copyWithin(start + copy * large.width * 3, start, start + large.width * 3);
  }
  return large;
}

function filled(width: number, height: number, color: Rgb): RgbImage {
  const image = rgbImage(width, height);
  for (let i = 0; i < image.data.length; i += 3) image.data.set(color, i);
  return image;
}

function paste(target: RgbImage, image: RgbImage, left: number, top: number): void {
  for (let y = 0; y < image.height; y++)
    target.data.set(
      image.data.subarray(y * image.width * 3, (y + 1) * image.width * 3),
      ((top + y) * target.width + left) * 3,
    );
}
