/** What a `.npy` array says of itself. */
export interface NpyHeader {
  /** NumPy's name of the type, e.g. `"|u1"`. */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Bytes before the data. */
  readonly length: number;
}

/** Enough for a header of any plain array: NumPy pads to multiples of 64. */
export const longestNpyHeader = 4096;

const magic = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59); // \x93NUMPY

/**
 * The one form that NumPy writes: a dictionary of three entries, a tuple of numbers. Nothing else
 * is read, and nothing is evaluated.
 */
const dictionary =
  /^\{'descr': '([^']{1,32})', 'fortran_order': (True|False), 'shape': \(((?:\d{1,15}, ?)*\d{0,15})\), ?\}\s*$/;

/**
 * Reads the header of a `.npy` array from its first bytes.
 *
 * @returns the header, or in words why there is none
 * @see numpy.lib.format, "Format version 1.0" and "2.0"
 */
export function readNpyHeader(bytes: Uint8Array): NpyHeader | string {
  if (bytes.length < 10 || magic.some((value, i) => bytes[i] !== value)) return "is no .npy array";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const major = bytes[6] ?? 0;
  if (major < 1 || major > 3) return `has version ${major} of the .npy format`;
  const start = major === 1 ? 10 : 12;
  if (bytes.length < start) return "is cut short in its header";
  const size = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (start + size > longestNpyHeader)
    return `has a header of ${size} bytes, more than any plain array needs`;
  if (bytes.length < start + size) return "is cut short in its header";
  const text = new TextDecoder("latin1").decode(bytes.subarray(start, start + size));
  const [, descr, order, shape] = dictionary.exec(text) ?? [];
  if (descr === undefined || shape === undefined)
    return /\bO\b|'O'|\|O/.test(text)
      ? "holds Python objects"
      : "has a header that is no plain array's";
  if (descr.includes("O")) return "holds Python objects";
  return {
    descr,
    fortranOrder: order === "True",
    shape: shape.split(",").flatMap((part) => (part.trim() === "" ? [] : [Number(part)])),
    length: start + size,
  };
}

/** The header of an array of bytes in C order, padded as NumPy does. */
export function writeNpyHeader(shape: readonly number[]): Uint8Array {
  const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""}), }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64;
  const bytes = new Uint8Array(length).fill(0x20);
  bytes.set(magic);
  bytes.set([1, 0], 6);
  new DataView(bytes.buffer).setUint16(8, length - 10, true);
  bytes.set(new TextEncoder().encode(text), 10);
  bytes[length - 1] = 0x0a;
  return bytes;
}
