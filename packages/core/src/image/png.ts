import { InvalidArgumentError } from "@glissade/graph";
import { decode, encode } from "fast-png";
import { inflateBounded } from "./bounded-inflate.ts";
import { ImageError } from "./image-error.ts";
import { type PngChunk, readChunks, writeChunks } from "./png-chunks.ts";
import { type PngHeader, readHeader, scanlineBytes } from "./png-header.ts";
import { readTextChunk, textChunk } from "./png-text.ts";
import { type Rgb, type RgbImage, rgbFromRgba, rgbImage } from "./rgb-image.ts";

/** Most pixels that `decodePng` accepts unless told otherwise: 64 megapixels. */
export const maximumPixels = 2 ** 26;

export interface EncodePngOptions {
  /** Text by keyword, of any length; `{ parameters: JSON.stringify(settings) }`. */
  readonly text?: Readonly<Record<string, string>>;
}

export interface DecodePngOptions {
  /**
   * The colour behind transparent pixels. Where it is not given, alpha is dropped and the colours
   * stay, as Pillow's `convert("RGB")` does.
   */
  readonly background?: Rgb;
  /** Most pixels to accept, judged by the header before anything is unpacked. */
  readonly maximumPixels?: number;
}

export interface DecodedPng {
  readonly image: RgbImage;
  /** Opacity, one byte a pixel; only where the file has any. */
  readonly alpha?: Uint8Array;
  /** Text by keyword; of two with one keyword the later. */
  readonly text: Record<string, string>;
}

/**
 * A PNG file: 8-bit RGB, with text chunks before the image data.
 *
 * @throws InvalidArgumentError where the data does not fill the size, a keyword is not 1 to 79
 * printable Latin-1 characters, or a text holds U+0000.
 * @example `await writeFile("apple.png", encodePng(image, { text: { prompt } }))`
 */
export function encodePng(
  image: RgbImage,
  { text = {} }: EncodePngOptions = {},
): Uint8Array<ArrayBuffer> {
  const { width, height, data } = rgbImage(image.width, image.height, image.data);
  const file = encode({ width, height, data, channels: 3 }, { zlib: { level: 6 } });
  const [header, ...rest] = readChunks(file);
  const texts = Object.entries(text).map(([keyword, value]) => textChunk(keyword, value));
  return writeChunks([header as PngChunk, ...texts, ...rest]);
}

/**
 * Reads a PNG file: gray, gray with alpha, palette, RGB and RGBA of 1 to 16 bits (16 bits are
 * rounded to 8), interlaced ones of 8 and 16 bits. Checksums, sizes and the amount of packed data
 * are checked before the image is unpacked.
 *
 * @throws ImageError where the file is no PNG, is damaged or cut off, is too large, or is
 * interlaced with fewer than 8 bits.
 * @example `const { image, text } = decodePng(await readFile("apple.png"), { background: [255, 255,
 * 255] })`
 */
export function decodePng(
  bytes: Uint8Array,
  { background, maximumPixels: limit = maximumPixels }: DecodePngOptions = {},
): DecodedPng {
  if (!(bytes instanceof Uint8Array))
    throw new InvalidArgumentError({
      argument: "bytes",
      received: bytes,
      expected: "a Uint8Array",
    });
  const chunks = readChunks(bytes);
  const header = readHeader(chunks[0]);
  const { width, height } = header;
  if (width * height > limit)
    throw new ImageError(
      `The image has ${width}x${height} pixels; at most ${limit} are accepted. Scale it down first, or raise maximumPixels.`,
    );
  if (header.interlaced && header.depth < 8)
    throw new ImageError(
      "Interlaced PNG files with fewer than 8 bits a sample are not supported. Save the image without interlacing.",
    );
  assertComplete(header, chunks);

  const text: Record<string, string> = {};
  for (const chunk of chunks) {
    const entry = readTextChunk(chunk);
    if (entry)
      Object.defineProperty(text, entry[0], {
        value: entry[1],
        enumerable: true,
        configurable: true,
        writable: true,
      }); // "__proto__" is a keyword like any other
  }
  const rgba = { width, height, data: decodeToRgba(header, chunks) };
  const image = rgbFromRgba(rgba, { background });
  const alpha = Uint8Array.from(
    { length: width * height },
    (_, pixel) => rgba.data[pixel * 4 + 3] as number,
  );
  return alpha.every((opacity) => opacity === 255) ? { image, text } : { image, alpha, text };
}

/** The image data have to unpack to exactly what the header says. */
function assertComplete(header: PngHeader, chunks: readonly PngChunk[]): void {
  const packed = chunks.filter(({ type }) => type === "IDAT").map(({ data }) => data);
  const expected = scanlineBytes(header);
  const length = inflateBounded(packed, expected);
  if (length !== expected)
    throw new ImageError(
      `The PNG file is cut off: it holds ${length} of ${expected} bytes of image data.`,
    );
}

/**
 * Chunks that change pixels; the library is given no others, since some (a packed colour profile)
 * have no bound.
 */
const imageChunks = ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"];

function decodeToRgba(header: PngHeader, chunks: readonly PngChunk[]): Uint8Array {
  let png: ReturnType<typeof decode>;
  try {
    png = decode(writeChunks(chunks.filter(({ type }) => imageChunks.includes(type))));
  } catch (cause) {
    throw new ImageError(
      `The PNG file is damaged (${cause instanceof Error ? cause.message : cause}).`,
      { cause },
    );
  }
  const samples = header.depth < 8 ? unpackSamples(header, png.data) : png.data;
  const rgba = new Uint8Array(header.width * header.height * 4);
  const pixelOf = pixelReader(header, samples, png);
  for (let pixel = 0; pixel < header.width * header.height; pixel++)
    rgba.set(pixelOf(pixel), pixel * 4);
  return rgba;
}

/** Samples of 1, 2 or 4 bits, one a byte; a line begins with a new byte. */
function unpackSamples({ width, height, depth }: PngHeader, packed: ArrayLike<number>): Uint8Array {
  const samples = new Uint8Array(width * height);
  const lineBytes = Math.ceil((width * depth) / 8);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const byte = packed[y * lineBytes + Math.floor((x * depth) / 8)] as number;
      samples[y * width + x] = (byte >> (8 - depth - ((x * depth) % 8))) & (2 ** depth - 1);
    }
  }
  return samples;
}

type Rgba = [red: number, green: number, blue: number, alpha: number];

/** How a pixel's samples become red, green, blue and alpha of 8 bits. */
function pixelReader(
  { color, depth }: PngHeader,
  samples: ArrayLike<number>,
  { palette = [], transparency }: ReturnType<typeof decode>,
): (pixel: number) => Rgba {
  const sample = (index: number) => samples[index] as number;
  const level = (index: number) => Math.round((sample(index) * 255) / (2 ** depth - 1));
  /** One gray or RGB value can be declared transparent. */
  const isKey = (first: number) =>
    transparency?.every((value, channel) => value === sample(first + channel)) ?? false;
  switch (color) {
    case "gray":
      return (pixel) => [level(pixel), level(pixel), level(pixel), isKey(pixel) ? 0 : 255];
    case "gray-alpha":
      return (pixel) => [
        level(pixel * 2),
        level(pixel * 2),
        level(pixel * 2),
        level(pixel * 2 + 1),
      ];
    case "rgb":
      return (pixel) => [
        level(pixel * 3),
        level(pixel * 3 + 1),
        level(pixel * 3 + 2),
        isKey(pixel * 3) ? 0 : 255,
      ];
    case "rgb-alpha":
      return (pixel) => [
        level(pixel * 4),
        level(pixel * 4 + 1),
        level(pixel * 4 + 2),
        level(pixel * 4 + 3),
      ];
    case "palette":
      return (pixel) => {
        const [red, green, blue, alpha = 255] = palette[sample(pixel)] ?? [];
        if (red === undefined || green === undefined || blue === undefined)
          throw new ImageError(
            `The PNG file is damaged: its palette has no colour ${sample(pixel)}.`,
          );
        return [red, green, blue, alpha];
      };
  }
}
