import { GlissadeError, InvalidArgumentError } from "@glissade/core";

/** Far more than any image that makes sense here. */
const mostBytes = 64 * 2 ** 20;

/** An image that was given as a URL could not be fetched. */
export class ImageFetchError extends GlissadeError {
  static override readonly code: string = "ImageFetchError";

  readonly url: string;
  /** The HTTP status, where a server gave one. */
  readonly status: number | undefined;

  constructor({
    url,
    reason,
    status,
    cause,
  }: { url: string; reason: string; status?: number; cause?: unknown }) {
    super(
      `The image at ${url} cannot be fetched: ${reason}. Check the address, or give the image's bytes.`,
      { cause },
    );
    this.url = url;
    this.status = status;
  }
}

export interface FetchImageOptions {
  /** What the URL was given for. */
  readonly argument: string;
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * The bytes of an image that was given as a URL. A server must not be sent to an address that its
 * users choose, so this takes a `fetch` which somebody chose to give.
 *
 * @throws InvalidArgumentError without a `fetch`; ImageFetchError; the signal's reason where
 * aborted
 */
export async function fetchImage(
  url: string,
  { argument, fetch, signal }: FetchImageOptions,
): Promise<Uint8Array> {
  if (!fetch) {
    throw new InvalidArgumentError({
      argument,
      received: url,
      expected: "the bytes of a PNG file",
      hint: "Models run on this machine, which fetches no URL on its own: fetch the image yourself, or allow it with createGlissade({ fetch }).",
    });
  }
  try {
    const response = await fetch(url, { signal: signal ?? null });
    if (!response.ok) {
      await response.body?.cancel();
      throw new ImageFetchError({
        url,
        reason: `the server answered ${response.status} ${response.statusText}`.trimEnd(),
        status: response.status,
      });
    }
    return await readBounded(response, url);
  } catch (cause) {
    signal?.throwIfAborted();
    if (ImageFetchError.isInstance(cause)) throw cause;
    throw new ImageFetchError({
      url,
      reason: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}

async function readBounded(response: Response, url: string): Promise<Uint8Array> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (const reader = response.body?.getReader(); reader; ) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > mostBytes) {
      await reader.cancel();
      throw new ImageFetchError({
        url,
        reason: `it has more than the ${mostBytes} bytes allowed`,
      });
    }
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
