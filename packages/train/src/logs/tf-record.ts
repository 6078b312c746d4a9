import { crc32c } from "@aws-crypto/crc32c";

const lengthBytes = 8;
const checksumBytes = 4;

/**
 * One record of TensorFlow's record format: its length in 8 bytes, their checksum, the data, its
 * checksum; all little-endian.
 *
 * @see https://www.tensorflow.org/tutorials/load_data/tfrecord
 */
export function frameRecord(data: Uint8Array): Uint8Array {
  const framed = new Uint8Array(lengthBytes + checksumBytes + data.length + checksumBytes);
  const view = new DataView(framed.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(lengthBytes, maskedChecksum(framed.subarray(0, lengthBytes)), true);
  framed.set(data, lengthBytes + checksumBytes);
  view.setUint32(framed.length - checksumBytes, maskedChecksum(data), true);
  return framed;
}

export interface FramedRecord {
  readonly data: Uint8Array;
  /** Behind the record. */
  readonly end: number;
}

/** The records of a file up to the first that is cut off or damaged. */
export function* readRecordsOf(bytes: Uint8Array): Generator<FramedRecord> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = 0; start + lengthBytes + checksumBytes <= bytes.length; ) {
    const dataStart = start + lengthBytes + checksumBytes;
    const dataEnd = dataStart + Number(view.getBigUint64(start, true));
    const end = dataEnd + checksumBytes;
    if (end > bytes.length) return;
    if (
      view.getUint32(start + lengthBytes, true) !==
      maskedChecksum(bytes.subarray(start, start + lengthBytes))
    )
      return;
    const data = bytes.subarray(dataStart, dataEnd);
    if (view.getUint32(dataEnd, true) !== maskedChecksum(data)) return;
    yield { data, end };
    start = end;
  }
}

/** CRC-32C, rotated and moved, since a checksum of data that holds its own checksum says little. */
function maskedChecksum(data: Uint8Array): number {
  const crc = crc32c(data);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
