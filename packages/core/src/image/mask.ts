import { InvalidArgumentError } from "@glissade/graph";
import { assertSize, type RgbImage, rgbImage } from "./rgb-image.ts";

/**
 * Which part of an image is to be made anew: one byte a pixel, row by row from the top left. 255
 * is anew, 0 stays as it is, what lies between is a soft edge.
 */
export interface Mask {
  readonly width: number;
  readonly height: number;
  /** `width * height` bytes. */
  readonly data: Uint8Array;
}

/**
 * A mask from an image that was painted: white is made anew, black stays.
 *
 * @throws InvalidArgumentError where the data does not fill the size
 * @example `maskFromImage(decodePng(await readFile("mask.png")).image)`
 */
export function maskFromImage(painted: RgbImage): Mask {
  const { width, height, data } = rgbImage(painted.width, painted.height, painted.data);
  return {
    width,
    height,
    data: Uint8Array.from({ length: width * height }, (_, i) =>
      Math.round(((data[3 * i] ?? 0) + (data[3 * i + 1] ?? 0) + (data[3 * i + 2] ?? 0)) / 3),
    ),
  };
}

/**
 * A mask from an image's opacity, one byte a pixel (`decodePng(...).alpha`): what is transparent
 * is made anew.
 *
 * @throws InvalidArgumentError where there are not `width * height` bytes
 */
export function maskFromAlpha(width: number, height: number, alpha: Uint8Array): Mask {
  return assertMask({ width, height, data: alpha.map((opacity) => 255 - opacity) });
}

/** @throws InvalidArgumentError where it is no mask, or its data does not fill its size. */
export function assertMask(mask: Mask): Mask {
  if (typeof mask !== "object" || mask === null || !(mask.data instanceof Uint8Array))
    throw new InvalidArgumentError({
      argument: "mask",
      received: mask,
      expected: "{ width, height, data }, one byte a pixel; maskFromImage makes one from an image",
    });
  assertSize("mask.width", mask.width);
  assertSize("mask.height", mask.height);
  if (mask.data.length !== mask.width * mask.height) {
    throw new InvalidArgumentError({
      argument: "mask.data",
      received: `${mask.data.length} bytes`,
      expected: `${mask.width * mask.height} bytes, one a pixel of ${mask.width}x${mask.height}`,
    });
  }
  return mask;
}

/**
 * `made` where the mask is 255, `kept` byte for byte where it is 0, a mixture between.
 *
 * @throws InvalidArgumentError where the sizes differ
 */
export function blendByMask(kept: RgbImage, made: RgbImage, mask: Mask): RgbImage {
  for (const { width, height } of [made, assertMask(mask)]) {
    if (width !== kept.width || height !== kept.height)
      throw new InvalidArgumentError({
        argument: "mask",
        received: `${width}x${height}`,
        expected: `${kept.width}x${kept.height}, the image's size`,
      });
  }
  const data = kept.data.map((level, i) => {
    const share = (mask.data[Math.floor(i / 3)] as number) / 255;
    return Math.round(level * (1 - share) + (made.data[i] as number) * share);
  });
  return rgbImage(kept.width, kept.height, data);
}
