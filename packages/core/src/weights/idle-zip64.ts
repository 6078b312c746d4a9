import type { ByteSource } from "../bytes/byte-source.ts";

/**
 * Lengths of the three records at the end of an archive: zip64's own end, its locator, and the end
 * of the directory without a comment.
 */
const lengths = { zip64End: 56, locator: 20, end: 22 } as const;
const idleLength = lengths.zip64End + lengths.locator;

/**
 * The same archive without the zip64 records that PyTorch always writes, also where nothing in the
 * archive needs them. zip.js looks for the directory right before the last record; 76 bytes off, it
 * can take the second entry for the first where the first one's header has just that length (a
 * checkpoint saved under a name of 21 letters). Anything but idle records that repeat the last one
 * stays.
 */
export async function withoutIdleZip64(source: ByteSource): Promise<ByteSource> {
  const tailStart = source.size - idleLength - lengths.end;
  if (tailStart < 0 || !isIdle(await source.read(tailStart, idleLength + lengths.end), tailStart))
    return source;
  return {
    label: source.label,
    close: () => source.close(),
    size: source.size - idleLength,
    async read(offset, length) {
      const end = offset + length;
      const before = await source.read(
        Math.min(offset, tailStart),
        Math.max(0, Math.min(end, tailStart) - offset),
      );
      if (end <= tailStart) return before;
      const after = await source.read(
        Math.max(offset, tailStart) + idleLength,
        end - Math.max(offset, tailStart),
      );
      const joined = new Uint8Array(length);
      joined.set(before);
      joined.set(after, before.length);
      return joined;
    },
  };
}

/**
 * Whether the records say nothing that the last one does not: same number of entries, same
 * directory, which ends where they begin.
 */
function isIdle(tail: Uint8Array, tailStart: number): boolean {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  const [locator, end] = [lengths.zip64End, idleLength];
  const long = (at: number) => Number(view.getBigUint64(at, true));
  const signed =
    view.getUint32(0, true) === 0x06064b50 &&
    view.getUint32(locator, true) === 0x07064b50 &&
    view.getUint32(end, true) === 0x06054b50;
  const located =
    long(4) === lengths.zip64End - 12 &&
    long(locator + 8) === tailStart &&
    view.getUint16(end + 20, true) === 0;
  const [count, size, offset] = [
    view.getUint16(end + 10, true),
    view.getUint32(end + 12, true),
    view.getUint32(end + 16, true),
  ];
  return (
    signed &&
    located &&
    long(32) === count &&
    long(40) === size &&
    long(48) === offset &&
    offset + size === tailStart
  );
}
