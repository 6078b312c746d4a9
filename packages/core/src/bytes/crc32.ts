/**
 * The CRC-32 of zip files and PNG (ISO 3309, reflected), eight bytes at a time: checkpoints have
 * gigabytes.
 *
 * @param before that of the bytes before these, to go on from
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  let crc = before ^ 0xffffffff;
  let i = 0;
  for (; i + 8 <= bytes.length; i += 8) {
    crc ^=
      (bytes[i] as number) |
      ((bytes[i + 1] as number) << 8) |
      ((bytes[i + 2] as number) << 16) |
      ((bytes[i + 3] as number) << 24);
    crc =
      remainder(7, crc & 0xff) ^
      remainder(6, (crc >>> 8) & 0xff) ^
      remainder(5, (crc >>> 16) & 0xff) ^
      remainder(4, crc >>> 24) ^
      remainder(3, bytes[i + 4] as number) ^
      remainder(2, bytes[i + 5] as number) ^
      remainder(1, bytes[i + 6] as number) ^
      remainder(0, bytes[i + 7] as number);
  }
  for (; i < bytes.length; i++)
    crc = (crc >>> 8) ^ remainder(0, (crc ^ (bytes[i] as number)) & 0xff);
  return (crc ^ 0xffffffff) >>> 0;
}

/** `remainders[256 * k + b]`: what the byte b, followed by k zero bytes, leaves. */
const remainders = makeRemainders();

function remainder(zeros: number, byte: number): number {
  return remainders[256 * zeros + byte] as number;
}

function makeRemainders(): Uint32Array {
  const made = new Uint32Array(8 * 256);
  for (let i = 0; i < made.length; i++) {
    if (i < 256) {
      let left = i;
      for (let bit = 0; bit < 8; bit++) left = left & 1 ? (left >>> 1) ^ 0xedb88320 : left >>> 1;
      made[i] = left;
    } else {
      const previous = made[i - 256] as number;
      made[i] = (previous >>> 8) ^ (made[previous & 0xff] as number);
    }
  }
  return made;
}
