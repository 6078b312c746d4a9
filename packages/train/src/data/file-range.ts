import { open, stat } from "node:fs/promises";
import { UnusableFile } from "./unusable-file.ts";

/** Where bytes lie: a file of its own, or a stretch of an archive. */
export interface FileRange {
  readonly path: string;
  /** Where it is not the whole file. */
  readonly part?: { readonly offset: number; readonly length: number };
}

/**
 * @throws UnusableFile where the range is empty, longer than allowed, no longer there, or not in a
 * regular file.
 */
export async function readRange({ path, part }: FileRange, maxBytes: number): Promise<Uint8Array> {
  const found = await stat(path); // before it is opened: opening a pipe waits for its other end
  if (!found.isFile()) throw new UnusableFile("it is not a regular file");
  const { offset, length } = part ?? { offset: 0, length: found.size };
  if (length === 0) throw new UnusableFile("it is empty");
  if (length > maxBytes)
    throw new UnusableFile(`it has ${length} bytes, more than the ${maxBytes} allowed`);
  if (offset + length > found.size)
    throw new UnusableFile("the archive has become shorter since it was listed");
  const handle = await open(path, "r");
  try {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
      if (bytesRead === 0) throw new UnusableFile("it ends before its length");
      done += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}
