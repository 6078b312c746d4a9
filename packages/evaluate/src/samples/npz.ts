import { createWriteStream, openAsBlob } from "node:fs";
import { Writable } from "node:stream";
import { InvalidArgumentError, type RgbImage, rgbImage } from "@glissade/core";
import { fillFileAtomically } from "@glissade/core/files";
import {
  BlobReader,
  configure,
  type Entry,
  type FileEntry,
  ZipReader,
  ZipWriter,
} from "@zip.js/zip.js";
import { longestNpyHeader, type NpyHeader, readNpyHeader, writeNpyHeader } from "./npy-header.ts";
import { SampleFileError } from "./sample-file-error.ts";

configure({ useWebWorkers: false }); // they would need a page

/** The array of images, as guided-diffusion's scripts name it. */
const arrayName = "arr_0.npy";
const limits = { entries: 64, side: 8192, images: 10_000_000 } as const;
const advice =
  'Expected is what guided-diffusion\'s sampling scripts write: np.savez with "arr_0", bytes [N, height, width, 3].';

/** A `.npz` file of images, its head read. */
export interface NpzImages {
  readonly count: number;
  readonly width: number;
  readonly height: number;
  /**
   * The images in order, `batchSize` at a time; never are more in memory. @throws SampleFileError
   * where the data ends early or is damaged; the signal's reason where aborted
   */
  batches(options: {
    readonly batchSize: number;
    readonly signal?: AbortSignal;
  }): AsyncGenerator<RgbImage[], void, void>;
}

/**
 * Opens a sample batch of guided-diffusion. Only plain bytes are read: an array of Python objects
 * is a pickle, and no pickle is ever run.
 *
 * @throws SampleFileError where the file is missing, cut short, no zip archive, or holds no such
 * images
 */
export async function openNpz(path: string): Promise<NpzImages> {
  const fail = (reason: string, cause?: unknown) =>
    new SampleFileError({ file: path, reason, advice, cause });
  const blob = await openFile(path, fail);
  const entry = await findArray(blob, fail);
  const header = await readHeader(entry, fail);
  const { shape, length } = header;
  const [count = 0, height = 0, width = 0] = assertImages(header, fail);
  if (entry.uncompressedSize !== length + count * height * width * 3)
    throw fail(
      `says that ${arrayName} has the shape (${shape.join(", ")}) and gives it ${entry.uncompressedSize - length} bytes`,
    );
  return {
    count,
    width,
    height,
    batches: ({ batchSize, signal }) =>
      readBatches(entry, { skip: length, count, width, height, batchSize, signal }, fail),
  };
}

type Fail = (reason: string, cause?: unknown) => SampleFileError;

async function openFile(path: string, fail: Fail): Promise<Blob> {
  try {
    return await openAsBlob(path); // throws at once where there is no file
  } catch (cause) {
    throw fail("cannot be opened", cause);
  }
}

async function findArray(blob: Blob, fail: Fail): Promise<FileEntry> {
  const zip = new ZipReader(new BlobReader(blob), { filenameValidation: "strict" });
  try {
    const entries: Entry[] = [];
    for await (const entry of zip.getEntriesGenerator()) {
      if (entries.length >= limits.entries) throw fail(`has more than ${limits.entries} arrays`);
      entries.push(entry);
    }
    const found = entries.filter(({ filename }) => filename === arrayName);
    const [entry] = found;
    if (!entry || entry.directory)
      throw fail(
        `has no array "arr_0" (it has ${
          entries
            .map(({ filename }) => filename)
            .join(", ")
            .slice(0, 200) || "none"
        })`,
      );
    if (found.length > 1) throw fail('has two arrays "arr_0"');
    if (entry.encrypted) throw fail("is encrypted");
    return entry;
  } catch (cause) {
    if (SampleFileError.isInstance(cause)) throw cause;
    throw fail(
      `is no whole zip archive (${cause instanceof Error ? cause.message : cause})`,
      cause,
    );
  } finally {
    await zip.close();
  }
}

async function readHeader(entry: FileEntry, fail: Fail): Promise<NpyHeader> {
  const start: Uint8Array[] = [];
  let read = 0;
  for await (const chunk of dataOf(entry, fail)) {
    start.push(chunk);
    read += chunk.length;
    if (read >= longestNpyHeader) break;
  }
  const header = readNpyHeader(Buffer.concat(start).subarray(0, longestNpyHeader));
  if (typeof header !== "string") return header;
  throw fail(
    header === "holds Python objects"
      ? "holds Python objects, a pickle, which is refused and not run"
      : `${header} in ${arrayName}`,
  );
}

function assertImages({ descr, fortranOrder, shape }: NpyHeader, fail: Fail): readonly number[] {
  if (descr !== "|u1" && descr !== "u1")
    throw fail(`holds numbers of type ${descr}, expected bytes (|u1)`);
  const [count = 0, height = 0, width = 0, channels = 0] = shape;
  const isImages =
    shape.length === 4 && channels === 3 && !fortranOrder && count > 0 && height > 0 && width > 0;
  if (!isImages)
    throw fail(
      `has the shape (${shape.join(", ")})${fortranOrder ? " in Fortran's order" : ""}, expected (N, height, width, 3)`,
    );
  if (count > limits.images || height > limits.side || width > limits.side)
    throw fail(
      `says it holds ${count} images of ${width}x${height}; at most ${limits.images} of ${limits.side}x${limits.side} are read`,
    );
  return shape;
}

/**
 * The entry's bytes as they are unpacked. Its checksum is compared when the last of them is out.
 */
async function* dataOf(
  entry: FileEntry,
  fail: Fail,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const stop = new AbortController();
  const written = entry.getData(writable, { checkSignature: true, signal: stop.signal }).then(
    () => undefined,
    (cause: unknown) => cause ?? new Error("it ended early"),
  );
  try {
    // Node's streams can be iterated, which TypeScript's web types do not know
    yield* readable as ReadableStream<Uint8Array> & AsyncIterable<Uint8Array>;
  } catch (cause) {
    signal?.throwIfAborted();
    throw fail(`cannot be unpacked (${cause instanceof Error ? cause.message : cause})`, cause);
  } finally {
    stop.abort();
  }
  const failure = await written;
  if (failure !== undefined)
    throw fail(
      `cannot be unpacked (${failure instanceof Error ? failure.message : failure})`,
      failure,
    );
}

interface Layout {
  readonly skip: number;
  readonly count: number;
  readonly width: number;
  readonly height: number;
  readonly batchSize: number;
  readonly signal: AbortSignal | undefined;
}

async function* readBatches(
  entry: FileEntry,
  { skip, count, width, height, batchSize, signal }: Layout,
  fail: Fail,
): AsyncGenerator<RgbImage[], void, void> {
  let [batch, image, filled, ignored, done]: [RgbImage[], RgbImage, number, number, number] = [
    [],
    rgbImage(width, height),
    0,
    0,
    0,
  ];
  for await (const chunk of dataOf(entry, fail, signal)) {
    signal?.throwIfAborted();
    let from = Math.min(skip - ignored, chunk.length);
    ignored += from;
    while (from < chunk.length) {
      const taken = chunk.subarray(from, from + image.data.length - filled);
      image.data.set(taken, filled);
      filled += taken.length;
      from += taken.length;
      if (filled < image.data.length) break;
      batch.push(image);
      [image, filled] = [rgbImage(width, height), 0];
      done++;
      if (batch.length < batchSize) continue;
      yield batch;
      batch = [];
    }
  }
  if (done !== count || filled > 0) throw fail(`ends after ${done} of ${count} images`);
  if (batch.length > 0) yield batch;
}

export interface WriteNpzOptions {
  readonly count: number;
  readonly width: number;
  readonly height: number;
  /** Pack the bytes; NumPy reads both. Default false, as np.savez. */
  readonly compress?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Writes images of one size as a sample batch of guided-diffusion, which NumPy's np.load reads:
 * whole at its path, or not at all.
 *
 * @throws InvalidArgumentError where an image has another size or there are more or fewer than
 * `count`; OutputFileError where the file cannot be written; the signal's reason where aborted
 */
export async function writeNpz(
  path: string,
  images: AsyncIterable<readonly RgbImage[]> | Iterable<readonly RgbImage[]>,
  { count, width, height, compress = false, signal }: WriteNpzOptions,
): Promise<void> {
  const write = async (temporary: string) => {
    const file = createWriteStream(temporary, { flags: "wx" });
    const zip = new ZipWriter(Writable.toWeb(file), {
      level: compress ? 6 : 0,
      zip64: count * width * height * 3 > 2 ** 31,
    });
    const bytes = streamOf(arrayBytes(images, { count, width, height, signal }));
    // the same images are the same file
    await zip.add(arrayName, bytes, { lastModDate: new Date("1980-01-01T00:00:00Z") });
    await zip.close();
  };
  await fillFileAtomically(path, write, { signal });
}

async function* arrayBytes(
  images: AsyncIterable<readonly RgbImage[]> | Iterable<readonly RgbImage[]>,
  {
    count,
    width,
    height,
    signal,
  }: Pick<WriteNpzOptions, "count" | "width" | "height"> & {
    readonly signal: AbortSignal | undefined;
  },
): AsyncGenerator<Uint8Array, void, void> {
  yield writeNpyHeader([count, height, width, 3]);
  let written = 0;
  for await (const batch of images) {
    signal?.throwIfAborted();
    for (const image of batch) {
      if (image.width !== width || image.height !== height)
        throw new InvalidArgumentError({
          argument: "images",
          received: `one of ${image.width}x${image.height}`,
          expected: `images of ${width}x${height}`,
        });
      yield image.data;
      written++;
    }
  }
  if (written !== count)
    throw new InvalidArgumentError({
      argument: "images",
      received: `${written} images`,
      expected: `${count}`,
    });
}

/** One chunk whenever one is asked for. */
function streamOf(
  chunks: AsyncGenerator<Uint8Array, void, void>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    async pull(controller) {
      const next = await chunks.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value.slice());
    },
    async cancel() {
      await chunks.return();
    },
  });
}
