import { type FileHandle, open } from "node:fs/promises";
import {
  blockBytes,
  parsePaxRecords,
  parseTarHeader,
  type TarHeader,
  textUntilZero,
} from "./tar-header.ts";
import { UnusableFile } from "./unusable-file.ts";

/** A file in a tar, and where its bytes lie. */
export interface TarMember {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
}

/**
 * Read at once: small members come many to a window, and the rest of a window costs little where
 * they are large.
 */
const windowBytes = 64 * blockBytes;

/** Names are read from headers of their own; a "name" longer than this is none. */
const maxExtensionBytes = 64 * 1024;

/**
 * The files in a tar, from its headers alone. What comes before a damaged place is given out before
 * the error.
 *
 * @throws UnusableFile where it is no tar file, is damaged, or ends before its members do.
 */
export async function* tarMembers(
  path: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<TarMember> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    const read = windowReader(handle);
    // what an extension header says of the member after it
    let next: { name?: string; size?: number } = {};
    let zeroBlocks = 0;
    // Two blocks of zeros end an archive. Writers that leave them out are forgiven.
    for (let position = 0; position < size && zeroBlocks < 2; ) {
      signal?.throwIfAborted();
      if (position + blockBytes > size)
        throw new UnusableFile(`it ends within a header, at byte ${size}`);
      const header = parseAt(position, await read(position, blockBytes));
      const start = position + blockBytes;
      zeroBlocks = header ? 0 : zeroBlocks + 1;
      position = start;
      if (!header) continue;
      const isExtension = header.kind === "extended" || header.kind === "long-name";
      const length = isExtension ? header.size : (next.size ?? header.size);
      if (start + length > size)
        throw new UnusableFile(
          `it ends at byte ${size}, within a member that should end at ${start + length}`,
        );
      position = start + Math.ceil(length / blockBytes) * blockBytes;
      if (isExtension) {
        if (length > maxExtensionBytes)
          throw new UnusableFile(
            `the header at byte ${start} has ${length} bytes, more than the ${maxExtensionBytes} allowed`,
          );
        next = { ...next, ...extension(header, await read(start, length)) };
      } else {
        if (header.kind === "file") yield { name: next.name ?? header.name, offset: start, length };
        next = {};
      }
    }
  } finally {
    await handle.close();
  }
}

function parseAt(position: number, block: Uint8Array): TarHeader | undefined {
  try {
    return parseTarHeader(block);
  } catch (error) {
    if (position === 0 && block[0] === 0x1f && block[1] === 0x8b)
      throw new UnusableFile("it is compressed; unpack it with gunzip first");
    throw new UnusableFile(
      `${error instanceof UnusableFile ? error.message : "a header is damaged"}, at byte ${position}`,
    );
  }
}

function extension({ kind }: TarHeader, bytes: Uint8Array): { name?: string; size?: number } {
  if (kind === "long-name") return { name: textUntilZero(bytes) };
  const { path, size } = parsePaxRecords(bytes);
  return { ...(path === undefined ? {} : { name: path }), ...(size === undefined ? {} : { size }) };
}

/** Reads stretches that mostly follow each other closely. */
function windowReader(handle: FileHandle): (offset: number, length: number) => Promise<Uint8Array> {
  let windowStart = 0;
  let window = new Uint8Array(0);
  return async (offset, length) => {
    if (offset < windowStart || offset + length > windowStart + window.length) {
      const bytes = new Uint8Array(Math.max(windowBytes, length));
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, offset);
      if (bytesRead < length) throw new UnusableFile("it became shorter while it was read");
      windowStart = offset;
      window = bytes.subarray(0, bytesRead);
    }
    return window.subarray(offset - windowStart, offset - windowStart + length);
  };
}
