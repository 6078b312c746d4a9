import type { DecodedImage } from "./decode-image.ts";

/**
 * An image file as it is: PNG, JPEG, WebP, GIF, TIFF or AVIF, upright, in 8-bit sRGB, on white
 * where it is transparent.
 *
 * @param bytes of the whole file
 * @throws UnusableFile where it is of another format or too large; what the decoder throws where it
 * is damaged
 * @example `const { width, height, data } = await decodeImageFile(await readFile("photograph.jpg"))`
 */
export async function decodeImageFile(bytes: Uint8Array): Promise<DecodedImage> {
  // a native decoder, which takes its time to load
  const { decodeWholeImage } = await import("./decode-image.ts");
  return decodeWholeImage(bytes);
}
