import { ImageError } from "./image-error.ts";
import type { PngChunk } from "./png-chunks.ts";

/** What `IHDR` says. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits a sample. */
  readonly depth: 1 | 2 | 4 | 8 | 16;
  readonly color: "gray" | "rgb" | "palette" | "gray-alpha" | "rgb-alpha";
  /** Samples a pixel, as they are stored. */
  readonly channels: number;
  readonly interlaced: boolean;
}

const colorTypes: Record<
  number,
  { color: PngHeader["color"]; channels: number; depths: readonly number[] }
> = {
  0: { color: "gray", channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { color: "rgb", channels: 3, depths: [8, 16] },
  3: { color: "palette", channels: 1, depths: [1, 2, 4, 8] },
  4: { color: "gray-alpha", channels: 2, depths: [8, 16] },
  6: { color: "rgb-alpha", channels: 4, depths: [8, 16] },
};

/**
 * @throws ImageError where the header breaks the standard. @see https://www.w3.org/TR/png-3/#11IHDR
 */
export function readHeader(chunk: PngChunk | undefined): PngHeader {
  if (chunk?.type !== "IHDR" || chunk.data.length !== 13)
    throw new ImageError("The PNG file is damaged: it does not begin with a header.");
  const { data } = chunk;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth = 0, colorType = 0, compression, filter, interlace = 0] = data.subarray(8);
  const type = colorTypes[colorType];
  if (!type?.depths.includes(depth))
    throw new ImageError(
      `The PNG header is wrong: there is no colour type ${colorType} with ${depth} bits.`,
    );
  if (width === 0 || height === 0 || compression !== 0 || filter !== 0 || interlace > 1)
    throw new ImageError(`The PNG header is wrong (${width}x${height} pixels).`);
  return {
    width,
    height,
    depth: depth as PngHeader["depth"],
    color: type.color,
    channels: type.channels,
    interlaced: interlace === 1,
  };
}

/**
 * Bytes of the unpacked image data: each line, of each of the seven passes where interlaced, has
 * one byte more, its filter.
 */
export function scanlineBytes({ width, height, depth, channels, interlaced }: PngHeader): number {
  return passes(interlaced).reduce((total, { x, y, stepX, stepY }) => {
    const columns = Math.ceil((width - x) / stepX);
    const lines = Math.ceil((height - y) / stepY);
    return columns > 0 && lines > 0
      ? total + lines * (1 + Math.ceil((columns * channels * depth) / 8))
      : total;
  }, 0);
}

/** First pixel and distance of the pixels of each pass: Adam7, or one pass with all. */
function passes(
  interlaced: boolean,
): readonly { x: number; y: number; stepX: number; stepY: number }[] {
  if (!interlaced) return [{ x: 0, y: 0, stepX: 1, stepY: 1 }];
  return [
    { x: 0, y: 0, stepX: 8, stepY: 8 },
    { x: 4, y: 0, stepX: 8, stepY: 8 },
    { x: 0, y: 4, stepX: 4, stepY: 8 },
    { x: 2, y: 0, stepX: 4, stepY: 4 },
    { x: 0, y: 2, stepX: 2, stepY: 4 },
    { x: 1, y: 0, stepX: 2, stepY: 2 },
    { x: 0, y: 1, stepX: 1, stepY: 2 },
  ];
}
