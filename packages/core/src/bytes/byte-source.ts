import { display, WeightsError } from "@glissade/graph";

/** Bytes that can be read at any place: a file, a `Blob`, an array. */
export interface ByteSource {
  /** What to call it in error messages. */
  readonly label: string;
  readonly size: number;
  /** The absolute path, where it is a local file. */
  readonly path?: string;
  /**
   * @throws WeightsError where the range does not lie inside the source, or the file has become
   * shorter.
   */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Safe to call twice. */
  close(): Promise<void>;
}

/** Where bytes go, one piece after the other. Nothing is visible at the target until `finish`. */
export interface ByteSink {
  write(bytes: Uint8Array): Promise<void>;
  /** Makes what was written visible, all at once. */
  finish(): Promise<void>;
  /** Removes what was written. Safe to call twice and after `finish`, which it does not undo. */
  discard(): Promise<void>;
}

/**
 * What the package needs of a local file system; `#file-source` gives Node's, or in a browser one
 * that says why there is none.
 */
export interface FileAccess {
  /** Why a path leads nowhere, where it does. */
  readonly absence: string;
  open(path: string): Promise<ByteSource>;
  create(path: string): Promise<ByteSink>;
  /** What lies there; undefined where nothing does. */
  kindOf(path: string): Promise<"file" | "folder" | undefined>;
  join(folder: string, path: string): string;
  pathOf(url: URL): string;
  /**
   * The folder of an installed package; undefined where `tried` (filled here) says why it is not
   * found.
   */
  findPackage(name: string, tried: string[]): Promise<string | undefined>;
}

/**
 * What can be opened for reading: a path (Node only), a `Blob` or `File`, or the bytes themselves.
 */
export type WeightFile = string | Blob | Uint8Array;

export function bytesSource(bytes: Uint8Array, label = "the given bytes"): ByteSource {
  return {
    label,
    size: bytes.byteLength,
    async read(offset, length) {
      assertInside({ label, size: bytes.byteLength }, offset, length);
      return bytes.subarray(offset, offset + length);
    },
    async close() {},
  };
}

export function blobSource(
  blob: Blob,
  label = "name" in blob && typeof blob.name === "string" ? blob.name : "the given Blob",
): ByteSource {
  return {
    label,
    size: blob.size,
    async read(offset, length) {
      assertInside({ label, size: blob.size }, offset, length);
      return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
    },
    async close() {},
  };
}

/** @throws WeightsError where the range does not lie inside the source. */
export function assertInside(
  { label, size }: { label: string; size: number },
  offset: number,
  length: number,
): void {
  if (
    Number.isSafeInteger(offset) &&
    Number.isSafeInteger(length) &&
    offset >= 0 &&
    length >= 0 &&
    offset + length <= size
  )
    return;
  throw new WeightsError({
    file: label,
    reason: `bytes ${display(offset)} to ${display(offset + length)} are needed, and there are ${size}`,
    advice: "The file is truncated or damaged: fetch it again.",
  });
}
