import type { ByteSource } from "../bytes/byte-source.ts";
import { ArrivingFile, LostBytesError } from "./arriving-file.ts";
import type { CachedModelFile, FileVersion, ModelCache } from "./cache/model-cache.ts";
import { openContent } from "./cache/stored-content.ts";
import { CacheSlot, type ModelLoadWarning } from "./cache-slot.ts";
import {
  assertIsFile,
  assertNoPage,
  isPage,
  isSame,
  mayBeSame,
  named,
  type RemoteFile,
  rangeHeaders,
  request,
  versionOf,
  whereOffline,
} from "./file-response.ts";
import type { FileProgress } from "./load-progress.ts";
import { ModelFileError, ModelFileMismatchError } from "./model-file-errors.ts";

export interface DownloadOptions {
  readonly cache: ModelCache | undefined;
  /** Whether the file is wanted in the cache, not in memory: then what the cache throws is thrown. */
  readonly isCacheRequired?: boolean;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: FileProgress) => void;
  readonly onWarning: (warning: ModelLoadWarning) => void;
}

/** Milliseconds before a broken connection is tried again. */
const waits = [100, 400, 1600];
/** After so much more has arrived, a connection that breaks is a new misfortune. */
const enoughProgress = 2 ** 20;

/**
 * The connection broke, or the server is overburdened: what arrived can be used, and the rest asked
 * for.
 */
class InterruptedError extends Error {}

/**
 * A file, from the cache where it is there unchanged, else from its server: from the byte on where
 * an earlier load stopped, over broken connections, and compared with what is known of it before
 * anyone sees it.
 *
 * @throws ModelFileError where it cannot be fetched, is too large or is not what was expected
 * @throws the signal's reason
 */
export async function downloadFile(
  file: RemoteFile,
  options: DownloadOptions,
): Promise<ByteSource> {
  const { cache, signal, onWarning } = options;
  if (!cache || !file.url.protocol.startsWith("http")) return fetchFile(file, undefined, options);
  const slot = new CacheSlot(cache, file, { onWarning, isRequired: options.isCacheRequired });
  return slot.exclusively(
    signal,
    async () => (await cachedFile(file, slot, options)) ?? fetchFile(file, slot, options),
  );
}

async function cachedFile(
  file: RemoteFile,
  slot: CacheSlot,
  { signal, maxBytes, onProgress }: DownloadOptions,
): Promise<ByteSource | undefined> {
  const cached = await slot.find();
  if (!cached) return undefined;
  const isCurrent = file.sha256 !== undefined || (await isUnchanged(file, cached, signal));
  const content = isCurrent ? await slot.attempt(() => cached.read()) : undefined;
  if (content && content.size === (file.bytes ?? content.size)) {
    assertAllowed(file, content.size, maxBytes);
    onProgress({ loadedBytes: content.size, totalBytes: content.size, fromCache: true });
    return openContent(content, file.url.pathname);
  }
  // What is damaged is forgotten when the file is begun again.
  if (content || !isCurrent) await slot.remove();
  return undefined;
}

/**
 * Without a hash, only the server knows. One that cannot be reached, or does not answer such
 * questions, leaves what is there in use.
 */
async function isUnchanged(
  file: RemoteFile,
  { version }: CachedModelFile,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const response = await request(file, { signal, method: "HEAD", httpCache: false });
    // a page is a network's that wants a login first
    if (response.ok) return isPage(response) || mayBeSame(version, versionOf(response));
    return response.status !== 404 && response.status !== 410;
  } catch (error) {
    signal.throwIfAborted();
    if (ModelFileError.isInstance(error)) return true;
    throw error;
  }
}

async function fetchFile(
  file: RemoteFile,
  slot: CacheSlot | undefined,
  options: DownloadOptions,
): Promise<ByteSource> {
  const arriving = new ArrivingFile(file.url.pathname, slot);
  await arriving.resume();
  for (let again = true; ; ) {
    try {
      await receiveAll(file, arriving, options);
      if (isExpected(file, arriving)) return await arriving.finish();
      if (!arriving.isJoined || !again) throw mismatch(file, arriving);
      again = false; // the parts may come from different versions
    } catch (error) {
      if (ModelFileMismatchError.isInstance(error)) await arriving.forget();
      // the cache has been given up: once more, in memory
      if (!(error instanceof LostBytesError)) throw error;
    }
    await arriving.forget();
  }
}

/** Over broken connections, until everything is there. What arrived is stored when it fails. */
async function receiveAll(
  file: RemoteFile,
  arriving: ArrivingFile,
  options: DownloadOptions,
): Promise<void> {
  const { signal } = options;
  let start = arriving.length;
  for (let breaks = 0; ; breaks++) {
    try {
      return await receive(file, arriving, options);
    } catch (error) {
      if (error instanceof LostBytesError || ModelFileMismatchError.isInstance(error)) throw error;
      if (arriving.length - start >= enoughProgress) breaks = 0;
      start = arriving.length;
      const wait = waits[breaks];
      if (error instanceof InterruptedError && wait !== undefined) await pause(wait, signal);
      if (error instanceof InterruptedError && wait !== undefined && !signal.aborted) continue;
      await arriving.store();
      signal.throwIfAborted();
      throw error instanceof InterruptedError ? interrupted(file, arriving, error) : error;
    }
  }
}

/** One answer, as far as it comes. */
async function receive(
  file: RemoteFile,
  arriving: ArrivingFile,
  options: DownloadOptions,
): Promise<void> {
  const { signal, cache, maxBytes, onProgress } = options;
  // only its last steps were missing
  if (arriving.length > 0 && arriving.length === arriving.version.totalBytes) return;
  const response = await answerFor(file, arriving, { signal, httpCache: !cache });
  const total = file.bytes ?? arriving.version.totalBytes;
  // to other origins, a browser does not say whether what it unpacked was announced packed
  const isExact = response.type !== "cors";
  try {
    if (total !== undefined) assertAllowed(file, total, maxBytes);
    if (isExact) assertLength(file, arriving.version);
    const announced = arriving.version.totalBytes;
    for (const reader = response.body?.getReader(); reader; ) {
      const { done, value } = await readOrBreak(reader);
      if (done) break;
      assertAllowed(file, arriving.length + value.length, maxBytes);
      if (arriving.length === 0) assertNoPage(file, value);
      await arriving.append(value);
      onProgress({ loadedBytes: arriving.length, totalBytes: total, fromCache: false });
    }
    if (isExact && announced !== undefined && arriving.length < announced)
      throw new InterruptedError();
  } catch (error) {
    await response.body?.cancel().catch(() => {}); // it may be locked or broken
    if (error instanceof RangeError)
      throw new ModelFileError({
        ...named(file),
        reason: `${total ?? arriving.length} bytes do not fit in memory`,
        cause: error,
      });
    throw error;
  }
}

/** The answer that follows what is there; where there is none, the file's beginning. */
async function answerFor(
  file: RemoteFile,
  arriving: ArrivingFile,
  options: { readonly signal: AbortSignal; readonly httpCache: boolean },
): Promise<Response> {
  const offset = arriving.length;
  const response = await request(file, {
    ...options,
    headers: rangeHeaders(file, offset, arriving.version),
  }).catch((cause: unknown) => {
    throw offset > 0 && ModelFileError.isInstance(cause)
      ? new InterruptedError(cause.reason, { cause })
      : cause;
  });
  if (offset > 0 && (response.status >= 500 || response.status === 429)) {
    await response.body?.cancel();
    throw new InterruptedError(`the server answered ${response.status}`);
  }
  if (offset > 0 && response.status !== 416) await assertIsFile(file, response);
  const version = versionOf(response);
  if (offset > 0 && response.status === 206 && continues(file, response, arriving, version)) {
    arriving.version = {
      ...arriving.version,
      totalBytes: arriving.version.totalBytes ?? version.totalBytes,
    };
    arriving.isJoined = true;
    return response;
  }
  if (offset > 0 && response.status !== 200) {
    await response.body?.cancel(); // another version, or a range that the file no longer has
    await arriving.forget();
    return answerFor(file, arriving, options);
  }
  await assertIsFile(file, response);
  await arriving.begin(version);
  return response;
}

function continues(
  file: RemoteFile,
  { headers }: Response,
  arriving: ArrivingFile,
  version: FileVersion,
): boolean {
  const range = headers.get("content-range"); // hidden where the server is of another origin
  const startsHere = range === null || range.startsWith(`bytes ${arriving.length}-`);
  const fits =
    file.sha256 === undefined
      ? isSame(arriving.version, version)
      : mayBeSame(arriving.version, version);
  return startsHere && fits && !headers.has("content-encoding");
}

async function readOrBreak(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    return await reader.read();
  } catch (cause) {
    throw new InterruptedError("", { cause });
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end);
  });
}

function isExpected(file: RemoteFile, arriving: ArrivingFile): boolean {
  return (
    (file.bytes ?? arriving.length) === arriving.length &&
    (file.sha256 === undefined || file.sha256.toLowerCase() === arriving.sha256())
  );
}

/** Said before all of it has come. */
function assertLength(file: RemoteFile, { totalBytes }: FileVersion): void {
  if (file.bytes === undefined || totalBytes === undefined || file.bytes === totalBytes) return;
  throw new ModelFileMismatchError({
    ...named(file),
    expected: `${file.bytes} bytes`,
    received: `${totalBytes} bytes`,
  });
}

function mismatch(file: RemoteFile, arriving: ArrivingFile): ModelFileMismatchError {
  const isLength = file.bytes !== undefined && file.bytes !== arriving.length;
  const [expected, received] = isLength
    ? [`${file.bytes} bytes`, `${arriving.length} bytes`]
    : [file.sha256 ?? "", arriving.sha256()];
  return new ModelFileMismatchError({ ...named(file), expected, received });
}

function assertAllowed(file: RemoteFile, bytes: number, maxBytes: number): void {
  if (bytes > maxBytes)
    throw new ModelFileError({
      ...named(file),
      reason: `it has more than the ${maxBytes} bytes allowed`,
    });
}

function interrupted(
  file: RemoteFile,
  { length, version }: ArrivingFile,
  { message, cause }: InterruptedError,
): ModelFileError {
  const total = file.bytes ?? version.totalBytes;
  const of = total === undefined ? "" : ` of ${total}`;
  const reason = `${message || `the connection broke${whereOffline()}`} after ${length} bytes${of}`;
  return new ModelFileError({
    ...named(file),
    reason,
    loadedBytes: length,
    cause,
    advice: "Load it again: what is in a cache is not fetched twice.",
  });
}
