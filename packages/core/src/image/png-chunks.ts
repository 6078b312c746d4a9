import { crc32 } from "../bytes/crc32.ts";
import { ImageError } from "./image-error.ts";

/** A part of a PNG file: four letters and its bytes. */
export interface PngChunk {
  readonly type: string;
  readonly data: Uint8Array;
}

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/**
 * Splits a PNG file into its chunks up to `IEND` and checks each one's CRC. What follows is
 * ignored.
 *
 * @throws ImageError where the file is no PNG, is cut off, or a CRC is wrong.
 * @see https://www.w3.org/TR/png-3/#5DataRep
 */
export function readChunks(bytes: Uint8Array): PngChunk[] {
  if (bytes.length < signature.length || signature.some((byte, index) => bytes[index] !== byte)) {
    throw new ImageError("This is no PNG file: it does not begin with the PNG signature.");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: PngChunk[] = [];
  for (let offset = signature.length; ; ) {
    if (offset + 12 > bytes.length)
      throw new ImageError(`The PNG file is cut off after ${bytes.length} bytes.`);
    const length = view.getUint32(offset);
    const end = offset + 8 + length;
    const type = String.fromCharCode(...bytes.subarray(offset + 4, offset + 8));
    if (!/^[A-Za-z]{4}$/.test(type))
      throw new ImageError(`The PNG file is damaged: no chunk begins at byte ${offset}.`);
    if (end + 4 > bytes.length)
      throw new ImageError(`The PNG file is cut off inside its ${type} chunk.`);
    if (view.getUint32(end) !== crc32(bytes.subarray(offset + 4, end)))
      throw new ImageError(`The PNG file is damaged: the checksum of its ${type} chunk is wrong.`);
    chunks.push({ type, data: bytes.subarray(offset + 8, end) });
    if (type === "IEND") return chunks;
    offset = end + 4;
  }
}

/** A PNG file of these chunks. */
export function writeChunks(chunks: readonly PngChunk[]): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(
    chunks.reduce((total, { data }) => total + data.length + 12, signature.length),
  );
  const view = new DataView(file.buffer);
  file.set(signature);
  let offset = signature.length;
  for (const { type, data } of chunks) {
    view.setUint32(offset, data.length);
    for (let i = 0; i < 4; i++) file[offset + 4 + i] = type.charCodeAt(i);
    file.set(data, offset + 8);
    const end = offset + 8 + data.length;
    view.setUint32(end, crc32(file.subarray(offset + 4, end)));
    offset = end + 4;
  }
  return file;
}
