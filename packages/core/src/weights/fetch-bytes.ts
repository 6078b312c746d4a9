import { ModelFileError } from "./model-file-errors.ts";

export interface FetchBytesOptions {
  /** For error messages: the model, and the file's path in it. */
  readonly model: string;
  readonly path: string;
  readonly maxBytes: number;
  readonly onProgress?: ((progress: { readonly loadedBytes: number; readonly totalBytes: number | undefined }) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fetches a file into memory. A page in place of a file, more bytes than allowed, or fewer than announced is an error.
 *
 * @throws ModelFileError @throws the signal's reason where aborted.
 */
export async function fetchBytes(url: URL, { model, path, maxBytes, onProgress, signal }: FetchBytesOptions): Promise<Uint8Array> {
  const fail = (reason: string, details: { status?: number; cause?: unknown; advice?: string } = {}) => new ModelFileError({ model, path, reason, ...details });
  const tooLarge = () => fail(`it has more than the ${maxBytes} bytes allowed`);
  const response = await fetchOrThrow(url, { model, path, signal });
  if (!response.ok)
    throw fail(`the server answered ${response.status} ${response.statusText}`.trimEnd(), {
      status: response.status,
      advice: `Check the address ${url.href}.`,
    });
  if (isPage(response))
    throw fail("the server answered with a web page instead of the file", { status: response.status, advice: `Check the address ${url.href}.` });
  const total = announcedLength(response);
  if (total !== undefined && total > maxBytes) {
    await response.body?.cancel();
    throw tooLarge();
  }
  const collected = new GrowingBytes();
  try {
    collected.reserve(total ?? 2 ** 16);
    for (const reader = response.body?.getReader(); reader; ) {
      const { done, value } = await reader.read();
      if (done) break;
      if (collected.length + value.length > maxBytes) {
        await reader.cancel();
        throw tooLarge();
      }
      collected.append(value);
      onProgress?.({ loadedBytes: collected.length, totalBytes: total });
    }
  } catch (cause) {
    signal?.throwIfAborted();
    if (ModelFileError.isInstance(cause)) throw cause;
    if (cause instanceof RangeError) throw fail(`${total ?? collected.length} bytes do not fit in memory`, { cause });
    throw fail(`the connection broke after ${collected.length} bytes`, { cause, advice: "Try again." });
  }
  if (total !== undefined && collected.length !== total) throw fail(`${collected.length} of ${total} bytes arrived`, { advice: "Try again." });
  return collected.bytes();
}

/** Whether the server has the file. @throws ModelFileError where the server says neither yes nor no. */
export async function existsAt(url: URL, { model, path, signal }: Pick<FetchBytesOptions, "model" | "path" | "signal">): Promise<boolean> {
  const response = await fetchOrThrow(url, { model, path, signal }, "HEAD");
  if (response.ok) return !isPage(response); // single-page applications answer every address with their page
  if (response.status === 404 || response.status === 410) return false;
  throw new ModelFileError({ model, path, reason: `the server answered ${response.status}`, status: response.status });
}

async function fetchOrThrow(url: URL, { model, path, signal }: Pick<FetchBytesOptions, "model" | "path" | "signal">, method = "GET"): Promise<Response> {
  signal?.throwIfAborted();
  try {
    return await fetch(url, { method, signal: signal ?? null });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new ModelFileError({ model, path, reason: `${url.origin} cannot be reached`, advice: "Check the address and the connection.", cause });
  }
}

function isPage(response: Response): boolean {
  return response.headers.get("content-type")?.toLowerCase().startsWith("text/html") ?? false;
}

/** The file's length, where the header states that: with a content encoding it is the length of something else. */
function announcedLength({ headers }: Response): number | undefined {
  const length = Number(headers.get("content-length") ?? Number.NaN);
  return Number.isSafeInteger(length) && length >= 0 && !headers.has("content-encoding") ? length : undefined;
}

class GrowingBytes {
  length = 0;
  #store = new Uint8Array(0);

  /** @throws RangeError where there is not so much memory. */
  reserve(capacity: number): void {
    if (capacity <= this.#store.length) return;
    const larger = new Uint8Array(capacity);
    larger.set(this.#store.subarray(0, this.length));
    this.#store = larger;
  }

  append(chunk: Uint8Array): void {
    const needed = this.length + chunk.length;
    if (needed > this.#store.length) this.reserve(Math.max(needed, 2 * this.#store.length));
    this.#store.set(chunk, this.length);
    this.length = needed;
  }

  bytes(): Uint8Array {
    return this.#store.subarray(0, this.length);
  }
}
