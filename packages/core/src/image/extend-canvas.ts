import { InvalidArgumentError } from "@glissade/graph";
import type { Mask } from "./mask.ts";
import { maximumPixels } from "./png.ts";
import { type RgbImage, rgbImage } from "./rgb-image.ts";

/** Pixels to add on each side; 0 where nothing is said. */
export interface Margins {
  readonly left?: number;
  readonly top?: number;
  readonly right?: number;
  readonly bottom?: number;
}

/**
 * An image with room around it, and the mask of that room: what outpainting is made from. The room
 * repeats the image's edge, so that soft edges do not mix with black.
 *
 * @throws InvalidArgumentError where a margin is no whole number of at least 0, or the image
 * would become too large
 * @example `glide.inpaint({ ...extendCanvas(image, { left: 16, right: 16 }), prompt: "a lake" })`
 */
export function extendCanvas(
  image: RgbImage,
  margins: Margins,
): { readonly image: RgbImage; readonly mask: Mask } {
  const { left = 0, top = 0, right = 0, bottom = 0 } = margins;
  for (const [side, margin] of Object.entries({ left, top, right, bottom }))
    if (!(Number.isInteger(margin) && margin >= 0))
      throw new InvalidArgumentError({
        argument: `margins.${side}`,
        received: margin,
        expected: "a whole number of pixels, 0 or more",
      });
  const pixels = (image.width + left + right) * (image.height + top + bottom);
  if (pixels > maximumPixels)
    throw new InvalidArgumentError({
      argument: "margins",
      received: `${pixels} pixels together with the image`,
      expected: `at most ${maximumPixels}`,
    });
  const extended = rgbImage(image.width + left + right, image.height + top + bottom);
  const { width, height } = extended;
  const mask = new Uint8Array(width * height).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [fromX, fromY] = [within(x - left, image.width), within(y - top, image.height)];
      const from = 3 * (fromY * image.width + fromX);
      extended.data.set(image.data.subarray(from, from + 3), 3 * (y * width + x));
      if (fromX === x - left && fromY === y - top) mask[y * width + x] = 0;
    }
  }
  return { image: extended, mask: { width, height, data: mask } };
}

/** The nearest index below `length`. */
function within(index: number, length: number): number {
  return Math.min(Math.max(index, 0), length - 1);
}
