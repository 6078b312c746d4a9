import { Unzlib } from "fflate";
import { ImageError } from "./image-error.ts";

/**
 * Small pieces, so that at most a thousand times as much (deflate's best ratio) is unpacked before
 * the limit is looked at again.
 */
const pieceLength = 4_096;

/**
 * Unpacks zlib data and stops as soon as there is more than `limit`: a file of a few kilobytes can
 * hold gigabytes.
 *
 * @param keep where the unpacked bytes go; nowhere by default
 * @returns how many bytes there are
 * @throws ImageError where the data are damaged, cut off, or larger than the limit.
 */
export function inflateBounded(
  parts: readonly Uint8Array[],
  limit: number,
  keep: (bytes: Uint8Array) => void = () => {},
): number {
  let length = 0;
  const inflator = new Unzlib((bytes) => {
    length += bytes.length;
    if (length > limit)
      throw new ImageError(
        `The PNG file is damaged: it holds more than the ${limit} bytes that its header promises.`,
      );
    keep(bytes);
  });
  try {
    for (const part of parts)
      for (let start = 0; start < part.length; start += pieceLength)
        inflator.push(part.subarray(start, start + pieceLength), false);
    inflator.push(new Uint8Array(0), true);
  } catch (cause) {
    if (ImageError.isInstance(cause)) throw cause;
    throw new ImageError(
      "The PNG file is damaged or cut off: its compressed data cannot be unpacked.",
      { cause },
    );
  }
  return length;
}
