import sharp, { type Sharp } from "sharp";
import { imageFormat } from "./image-formats.ts";
import { UnusableFile } from "./unusable-file.ts";

/** 11,585 x 11,585: above any camera, and at most 0.5 GB while it is decoded. */
const maxInputPixels = 2 ** 27;

/**
 * An image that is cut at random keeps at most this many sides of its length: the rest of a very
 * long strip would never fit the cache.
 */
const maxAspect = 4;

/**
 * `"centre"`: the middle square; `"strip"`: everything, shrunk until the shorter side is `side`.
 */
export type KeptPart = "centre" | "strip";

/** Three bytes a pixel; the shorter side is the one asked for. */
export interface DecodedImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

/**
 * The first frame of an image file in 8-bit sRGB: upright as its EXIF says, on white where it is
 * transparent, its shorter side resized to `side` (Lanczos, which averages over the area when it
 * shrinks).
 *
 * @throws UnusableFile where it is of another format or too large; what the decoder throws where it
 * is damaged.
 */
export async function decodeImage(
  bytes: Uint8Array,
  { side, keep }: { readonly side: number; readonly keep: KeptPart },
): Promise<DecodedImage> {
  const image = opened(bytes);
  const { autoOrient } = await image.metadata();
  const size = keep === "centre" ? { width: side, height: side } : stripSize(autoOrient, side);
  return pixelsOf(
    image.autoOrient().resize({ ...size, fit: "cover", position: "centre", kernel: "lanczos3" }),
  );
}

/** The same at its own size. @throws as `decodeImage` */
export async function decodeWholeImage(bytes: Uint8Array): Promise<DecodedImage> {
  return pixelsOf(opened(bytes).autoOrient());
}

function opened(bytes: Uint8Array): Sharp {
  if (!imageFormat(bytes))
    throw new UnusableFile("it is no PNG, JPEG, WebP, GIF, TIFF or AVIF image");
  // "error", not the default "warning": many images of the wild carry stray bytes that a decoder
  // warns of. What is cut short fails.
  return sharp(bytes, { limitInputPixels: maxInputPixels, failOn: "error" });
}

async function pixelsOf(image: Sharp): Promise<DecodedImage> {
  const { data, info } = await image
    .flatten({ background: "#ffffff" })
    .toColourspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels !== 3 || data.length !== width * height * 3)
    throw new UnusableFile(`it decodes to ${channels} channels instead of 3`);
  // a copy with a buffer of its own, which can be handed to another thread
  return { width, height, data: new Uint8Array(data) };
}

function stripSize(
  { width, height }: { readonly width: number; readonly height: number },
  side: number,
): { width: number; height: number } {
  const long = (longer: number, shorter: number) =>
    Math.min(maxAspect * side, Math.max(side, Math.round((side * longer) / shorter)));
  return width > height
    ? { width: long(width, height), height: side }
    : { width: side, height: long(height, width) };
}
