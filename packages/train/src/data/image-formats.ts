/** File name endings of the formats that are read. */
export const imageExtensions: ReadonlySet<string> = new Set([
  "png",
  "jpg",
  "jpeg",
  "webp",
  "gif",
  "tif",
  "tiff",
  "avif",
]);

/**
 * Endings of images that are not read: named as skipped, where other files of a folder are simply
 * none of its images.
 */
export const foreignImageExtensions: ReadonlySet<string> = new Set([
  "bmp",
  "heic",
  "heif",
  "jxl",
  "jp2",
  "svg",
  "psd",
  "tga",
  "exr",
]);

type ImageFormat = "PNG" | "JPEG" | "GIF" | "WebP" | "TIFF" | "AVIF";

/**
 * The format that a file's first bytes name, whatever its ending says. Only these reach the
 * decoder, which knows more: a "image" in SVG could make it render text and other files.
 */
export function imageFormat(bytes: Uint8Array): ImageFormat | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 12));
  if (start.startsWith("\x89PNG\r\n\x1a\n")) return "PNG";
  if (start.startsWith("\xff\xd8\xff")) return "JPEG";
  if (start.startsWith("GIF87a") || start.startsWith("GIF89a")) return "GIF";
  if (start.startsWith("RIFF") && start.endsWith("WEBP")) return "WebP";
  if (/^(II[*+]\0|MM\0[*+])/.test(start)) return "TIFF";
  if (/^ftyp(avif|avis|mif1|msf1)$/.test(start.slice(4))) return "AVIF";
  return undefined;
}
