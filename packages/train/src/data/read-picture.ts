import type { DecodedPicture } from "./decode-picture.ts";

/**
 * A picture file as it is: PNG, JPEG, WebP, GIF, TIFF or AVIF, upright, in 8-bit sRGB, on white
 * where it is transparent.
 *
 * @param bytes of the whole file
 * @throws UnusableFile where it is of another format or too large; what the decoder throws where it
 * is damaged
 * @example `const { width, height, data } = await readPicture(await readFile("photograph.jpg"))`
 */
export async function readPicture(bytes: Uint8Array): Promise<DecodedPicture> {
  // a native decoder, which takes its time to load
  const { decodeWholePicture } = await import("./decode-picture.ts");
  return decodeWholePicture(bytes);
}
