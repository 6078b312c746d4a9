import sharp, { type Sharp } from "sharp";
import { pictureFormat } from "./picture-formats.ts";
import { UnusableFile } from "./unusable-file.ts";

/** 11,585 x 11,585: above any camera, and at most 0.5 GB while it is decoded. */
const maxInputPixels = 2 ** 27;

/**
 * A picture that is cut at random keeps at most this many sides of its length: the rest of a very
 * long strip would never fit the cache.
 */
const maxAspect = 4;

/**
 * `"centre"`: the middle square; `"strip"`: everything, shrunk until the shorter side is `side`.
 */
export type KeptPart = "centre" | "strip";

/** Three bytes a pixel; the shorter side is the one asked for. */
export interface DecodedPicture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

/**
 * The first frame of a picture file in 8-bit sRGB: upright as its EXIF says, on white where it is
 * transparent, its shorter side resized to `side` (Lanczos, which averages over the area when it
 * shrinks).
 *
 * @throws UnusableFile where it is of another format or too large; what the decoder throws where it
 * is damaged.
 */
export async function decodePicture(
  bytes: Uint8Array,
  { side, keep }: { readonly side: number; readonly keep: KeptPart },
): Promise<DecodedPicture> {
  const image = opened(bytes);
  const { autoOrient } = await image.metadata();
  const size = keep === "centre" ? { width: side, height: side } : stripSize(autoOrient, side);
  return pixelsOf(
    image.autoOrient().resize({ ...size, fit: "cover", position: "centre", kernel: "lanczos3" }),
  );
}

/** The same at its own size. @throws as `decodePicture` */
export async function decodeWholePicture(bytes: Uint8Array): Promise<DecodedPicture> {
  return pixelsOf(opened(bytes).autoOrient());
}

function opened(bytes: Uint8Array): Sharp {
  if (!pictureFormat(bytes))
    throw new UnusableFile("it is no PNG, JPEG, WebP, GIF, TIFF or AVIF picture");
  // "error", not the default "warning": many pictures of the wild carry stray bytes that a decoder
  // warns of. What is cut short fails.
  return sharp(bytes, { limitInputPixels: maxInputPixels, failOn: "error" });
}

async function pixelsOf(image: Sharp): Promise<DecodedPicture> {
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
