import { InvalidArgumentError, mapTensor, repeatRows, type Tensor, tensor } from "@glissade/graph";
import { keepKnown } from "../../diffusion/index.ts";
import {
  assertMask,
  blendByMask,
  type Mask,
  type RgbImage,
  readImage,
  resize,
  resizePil,
  rgbImage,
} from "../../image/index.ts";
import type { StageDescription } from "../../model/description/read.ts";
import type { SamplingOptions } from "../options/sampling.ts";
import type { GenerateResult } from "../run/cascade.ts";

/** An image of which a part is to be made anew. */
export interface KnownImage {
  readonly image: RgbImage;
  readonly mask: Mask;
}

/** The image as a network of some size sees it, one row a sample. */
export interface KnownRegion {
  /** [count, 3, side, side] in [-1, 1]. */
  readonly image: Tensor;
  /**
   * [count, 1, side, side]: 1 where the image is known, 0 where any of what a pixel covers is to
   * be made anew.
   */
  readonly known: Tensor;
  /** Puts what is known into each predicted image. */
  readonly denoisedFn: (x0: Tensor) => Tensor;
}

/**
 * @throws InvalidArgumentError where image and mask have different sizes or data that does not
 * fill them, or the mask leaves nothing to do
 */
export function assertKnownImage({
  image,
  mask,
}: {
  readonly image: unknown;
  readonly mask: unknown;
}): KnownImage {
  const checkedImage = assertImage(image);
  const checked = assertMask(mask as Mask); // that is what it checks
  if (checked.width !== checkedImage.width || checked.height !== checkedImage.height) {
    throw new InvalidArgumentError({
      argument: "mask",
      received: `${checked.width}x${checked.height} pixels`,
      expected: `${checkedImage.width}x${checkedImage.height}, as the image has`,
      hint: "Resize the mask first.",
    });
  }
  if (checked.data.every((level) => level === 0))
    throw new InvalidArgumentError({
      argument: "mask",
      received: "a mask that is black all over",
      expected: "white where the image is to be made anew",
    });
  return { image: checkedImage, mask: checked };
}

/** @throws InvalidArgumentError where it is no image, or one with another number of channels. */
export function assertImage(image: unknown): RgbImage {
  const { width, height, data } = (
    typeof image === "object" && image !== null ? image : {}
  ) as Partial<Omit<RgbImage, "data"> & { data: unknown }>;
  if (
    !(data instanceof Uint8Array || data instanceof Uint8ClampedArray) ||
    width === undefined ||
    height === undefined
  ) {
    throw new InvalidArgumentError({
      argument: "image",
      received: image,
      expected: "an image { width, height, data } of three bytes a pixel, as decodePng gives it",
    });
  }
  if (data.length === width * height * 4) {
    throw new InvalidArgumentError({
      argument: "image",
      received: "four bytes a pixel",
      expected: "three bytes a pixel",
      hint: "rgbFromRgba drops the alpha channel, or puts a colour behind it.",
    });
  }
  return rgbImage(width, height, new Uint8Array(data.buffer, data.byteOffset, data.length));
}

/**
 * The image and its mask at a network's size. The aspect ratio is not kept, as in the reference's
 * notebook.
 */
export function knownRegion({ image, mask }: KnownImage, side: number, count: number): KnownRegion {
  const shares = tensor([1, 1, mask.height, mask.width], Float32Array.from(mask.data));
  const known = repeatRows(
    mapTensor(resize(shares, [side, side], "area"), (share) => (share > 0 ? 0 : 1)),
    count,
  );
  const pixels = repeatRows(readImage(image, side), count);
  return { image: pixels, known, denoisedFn: keepKnown(pixels, known) };
}

/**
 * What was made, at the image's own size, with everything that was to stay byte for byte as it
 * was.
 */
export function putBack<Result extends Pick<GenerateResult, "images">>(
  { image, mask }: KnownImage,
  result: Result,
): Result {
  const images = result.images.map((made) => {
    const fitting =
      made.width === image.width && made.height === image.height
        ? made
        : resizePil(made, image, "bicubic");
    return { ...made, ...blendByMask(image, fitting, mask) };
  });
  return { ...result, images };
}

/**
 * An image that is no larger than the base network's needs no upsampler, unless someone asks for
 * it.
 */
export function withoutNeedlessUpscaling<Options extends SamplingOptions>(
  options: Options,
  { width, height }: RgbImage,
  { imageSize }: StageDescription,
): Options {
  return options.upscale === undefined && Math.max(width, height) <= imageSize
    ? { ...options, upscale: false }
    : options;
}
