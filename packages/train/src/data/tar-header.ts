import { UnusableFile } from "./unusable-file.ts";

/** What tar files are made of. */
export const blockBytes = 512;

/** One header block: whose data follows, and how much of it. */
export interface TarHeader {
  readonly name: string;
  readonly size: number;
  /**
   * `"extended"`: pax records for the next member; `"long-name"`: GNU's way to give the next
   * member's name; `"other"`: links, folders, devices.
   */
  readonly kind: "file" | "extended" | "long-name" | "other";
}

/**
 * Reads a header block; `undefined` for a block of zeros, as at the end.
 *
 * Not tar-stream's: it hands over the data of every member on the way to the next header, and an
 * index of headers alone must not read gigabytes.
 *
 * @see POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar's manual, "Basic Tar Format"
 * @throws UnusableFile where it is none, by its checksum.
 */
export function parseTarHeader(block: Uint8Array): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  if (numberField(block, 148, 8) !== checksum(block))
    throw new UnusableFile("a header is damaged, or it is no tar file");
  const type = String.fromCharCode(block[156] ?? 0);
  // GNU's magic has blanks behind it, and no prefix field
  const isUstar = textField(block, 257, 6) === "ustar";
  const prefix = isUstar ? textField(block, 345, 155) : "";
  const name = textField(block, 0, 100);
  // Links, devices, folders and pipes (1 to 6) have no data, whatever their size field says.
  const size = /[1-6]/.test(type) ? 0 : numberField(block, 124, 12);
  if (!Number.isSafeInteger(size) || size < 0)
    throw new UnusableFile("a header gives no valid size");
  return { name: prefix ? `${prefix}/${name}` : name, size, kind: kindOf(type) };
}

/**
 * The records of a pax header that say where the next member's data ends and how it is named.
 * @throws UnusableFile
 */
export function parsePaxRecords(bytes: Uint8Array): {
  readonly path?: string;
  readonly size?: number;
} {
  const records: { path?: string; size?: number } = {};
  for (let start = 0; start < bytes.length && bytes[start] !== 0; ) {
    const blank = bytes.indexOf(0x20, start);
    const length = blank < 0 ? Number.NaN : Number(decode(bytes.subarray(start, blank)));
    if (!Number.isInteger(length) || length <= blank - start + 1 || start + length > bytes.length)
      throw new UnusableFile("an extended header is damaged");
    if (bytes[start + length - 1] !== 0x0a) throw new UnusableFile("an extended header is damaged");
    const record = decode(bytes.subarray(blank + 1, start + length - 1));
    const equals = record.indexOf("=");
    const value = record.slice(equals + 1);
    if (record.slice(0, equals) === "path") records.path = value;
    if (record.slice(0, equals) === "size") {
      if (!/^\d{1,15}$/.test(value))
        throw new UnusableFile("an extended header gives no valid size");
      records.size = Number(value);
    }
    start += length;
  }
  return records;
}

/** A text that ends at the first zero byte. */
export function textUntilZero(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decode(end < 0 ? bytes : bytes.subarray(0, end));
}

function kindOf(type: string): TarHeader["kind"] {
  if (type === "0" || type === "\0" || type === "7") return "file";
  if (type === "x") return "extended";
  return type === "L" ? "long-name" : "other";
}

/**
 * Octal digits, none for 0; or, where the first bit is set, a big-endian number in the rest (GNU,
 * for sizes from 8 GiB). NaN for anything else.
 */
function numberField(block: Uint8Array, start: number, length: number): number {
  const field = block.subarray(start, start + length);
  if (field[0] === 0x80) return field.subarray(1).reduce((value, byte) => value * 256 + byte, 0);
  const digits = decode(field)
    .replace(/[\0 ]+$/u, "")
    .trimStart();
  return /^[0-7]*$/.test(digits) ? Number.parseInt(`0${digits}`, 8) : Number.NaN;
}

/** The sum of all bytes, the checksum itself counted as blanks. */
function checksum(block: Uint8Array): number {
  return block.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 0x20 : byte), 0);
}

function textField(block: Uint8Array, start: number, length: number): string {
  return textUntilZero(block.subarray(start, start + length));
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
