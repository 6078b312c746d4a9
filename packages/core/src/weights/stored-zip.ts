import { WeightsError } from "@glissade/graph";
import type { Entry, Reader } from "@zip.js/zip.js/lib/zip-core-reader.js";
import type { ByteSource } from "../bytes/byte-source.ts";
import { withoutIdleZip64 } from "./idle-zip64.ts";

/** Where the bytes of an entry lie. */
export interface StoredEntry {
  readonly offset: number;
  readonly length: number;
  /** Of its bytes; undefined where the writer left it out (PyTorch can be told to). */
  readonly crc32: number | undefined;
}

const limits = { entries: 50_000, read: 64 * 2 ** 20 } as const;

/**
 * The entries of a zip archive that only stores, as PyTorch's do: uncompressed, so that each can be
 * read in place and none can be larger than the file. zip.js reads the directory and compares it
 * with the local headers; data is not touched.
 *
 * @throws WeightsError for anything compressed, encrypted, overlapping, duplicated, truncated, or
 * on which two readers could disagree.
 */
export async function readStoredZip(source: ByteSource): Promise<Map<string, StoredEntry>> {
  // it does not tree-shake: only who opens a checkpoint pays for it
  const { ZipReader } = await import("@zip.js/zip.js/lib/zip-core-reader.js");
  const zip = new ZipReader(readerOver(await withoutIdleZip64(source)), {
    checkOverlappingEntryOnly: true,
    strictness: "balanced",
    filenameValidation: "strict",
  });
  try {
    const entries = new Map<string, StoredEntry>();
    for await (const entry of zip.getEntriesGenerator()) {
      if (entries.size >= limits.entries)
        throw refusal(source, `the archive has more than ${limits.entries} entries`);
      if (!entry.directory) entries.set(entry.filename, await locateEntry(source, entry));
    }
    const ambiguity = zip.warnings?.[0];
    if (ambiguity) throw refusal(source, `the archive is ambiguous (${ambiguity.reason})`);
    return entries;
  } catch (cause) {
    if (WeightsError.isInstance(cause)) throw cause;
    throw refusal(
      source,
      `the zip archive cannot be read (${cause instanceof Error ? cause.message : cause})`,
      cause,
    );
  } finally {
    await zip.close();
  }
}

async function locateEntry(source: ByteSource, entry: Entry): Promise<StoredEntry> {
  const fail = (reason: string) =>
    refusal(source, `its entry ${JSON.stringify(entry.filename.slice(0, 80))} ${reason}`);
  if (entry.encrypted) throw fail("is encrypted");
  if (entry.compressionMethod !== 0) throw fail("is compressed, which PyTorch never does");
  if (entry.compressedSize !== entry.uncompressedSize) throw fail("states two sizes");
  if (entry.directory) throw fail("is a folder");
  // by checkOverlappingEntryOnly: compares the headers, looks for overlaps, and reads no data
  await entry.getData(new WritableStream());
  const offset = entry.localDirectory?.dataOffset;
  if (offset === undefined || offset + entry.compressedSize > source.size)
    throw fail("lies outside the file");
  return { offset, length: entry.compressedSize, crc32: entry.crc32 || undefined };
}

function refusal({ label }: ByteSource, reason: string, cause?: unknown): WeightsError {
  return new WeightsError({
    file: label,
    reason,
    advice: "The file is truncated, damaged, or was not written by torch.save: fetch it again.",
    cause,
  });
}

/** What zip.js asks of a reader; a range that runs over the end is cut there, as it expects. */
function readerOver(source: ByteSource): Reader<ByteSource> {
  const { size } = source;
  return {
    size,
    get readable(): ReadableStream {
      throw refusal(source, "the archive asks to be read as a stream");
    },
    createReadable(): ReadableStream<Uint8Array> {
      throw refusal(source, "the archive asks to be read as a stream");
    },
    async readUint8Array(offset: number, length: number) {
      const start = Math.min(Math.max(offset, 0), size);
      const end = Math.min(start + Math.max(length, 0), size);
      if (end - start > limits.read)
        throw refusal(source, `the archive's directory has more than ${limits.read} bytes`);
      return source.read(start, end - start);
    },
  };
}
