import { crc32 } from "../../bytes/crc32.ts";
import { bytes, concat, uint } from "./byte-parts.ts";

export interface ZipPart {
  readonly name: string;
  readonly data: Uint8Array;
  /** What the headers say in place of the truth. */
  readonly lies?: {
    readonly method?: number;
    readonly flags?: number;
    readonly size?: number;
    readonly compressedSize?: number;
    readonly offset?: number;
    readonly crc32?: number;
  };
}

/** A zip archive of stored entries, byte by byte, whose headers can be made to lie. */
export function zipOf(parts: readonly ZipPart[]): Uint8Array<ArrayBuffer> {
  const locals: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const part of parts) {
    const local = concat([bytes("PK\x03\x04"), commonHeader(part), bytes(part.name), part.data]);
    locals.push(local);
    directory.push(centralHeader(part, part.lies?.offset ?? offset));
    offset += local.length;
  }
  return concat([
    ...locals,
    ...directory,
    endRecord(
      parts.length,
      directory.reduce((total, entry) => total + entry.length, 0),
      offset,
    ),
  ]);
}

/** The same as PyTorch writes it: zip64's end records, which nothing needs, before the last one. */
export function zipWithIdleZip64(parts: readonly ZipPart[], { count = parts.length }: { count?: number } = {}): Uint8Array<ArrayBuffer> {
  const archive = zipOf(parts);
  const start = archive.length - 22;
  const view = new DataView(archive.buffer);
  const [length, offset] = [view.getUint32(start + 12, true), view.getUint32(start + 16, true)];
  const end = concat([bytes("PK\x06\x06"), uint(44, 8), uint(30, 2), uint(45, 2), uint(0, 8), uint(count, 8), uint(count, 8), uint(length, 8), uint(offset, 8)]);
  const locator = concat([bytes("PK\x06\x07"), uint(0, 4), uint(start, 8), uint(1, 4)]);
  return concat([archive.subarray(0, start), end, locator, archive.subarray(start)]);
}

/**
 * Version, flags, method, time, date, CRC-32, sizes, lengths of name and extra field: the same in
 * both headers.
 */
function commonHeader({ name, data, lies = {} }: ZipPart): Uint8Array<ArrayBuffer> {
  const size = lies.size ?? data.length;
  const fields = [
    uint(20, 2),
    uint(lies.flags ?? 0, 2),
    uint(lies.method ?? 0, 2),
    uint(0, 4),
    uint(lies.crc32 ?? crc32(data), 4),
    uint(lies.compressedSize ?? size, 4),
    uint(size, 4),
  ];
  return concat([...fields, uint(name.length, 2), uint(0, 2)]);
}

function centralHeader(part: ZipPart, offset: number): Uint8Array<ArrayBuffer> {
  return concat([bytes("PK\x01\x02"), uint(20, 2), commonHeader(part), uint(0, 2), uint(0, 2), uint(0, 2), uint(0, 4), uint(offset, 4), bytes(part.name)]);
}

function endRecord(count: number, length: number, offset: number): Uint8Array<ArrayBuffer> {
  return concat([bytes("PK\x05\x06"), uint(0, 4), uint(count, 2), uint(count, 2), uint(length, 4), uint(offset, 4), uint(0, 2)]);
}

/** A checkpoint around a pickle and storages by key. */
export function checkpointOf(
  pickle: Uint8Array,
  storages: Readonly<Record<string, Uint8Array>> = {},
  others: readonly ZipPart[] = [],
): Uint8Array<ArrayBuffer> {
  return zipOf([{ name: "model/data.pkl", data: pickle }, ...Object.entries(storages).map(([key, data]) => ({ name: `model/data/${key}`, data })), ...others]);
}
