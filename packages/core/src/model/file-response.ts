import type { FileVersion } from "./cache/model-cache.ts";
import { ModelFileError } from "./model-file-errors.ts";

/** A file on a server, and what to call it in errors. */
export interface RemoteFile {
  readonly model: string;
  readonly path: string;
  readonly url: URL;
  /** What is known beforehand. */
  readonly bytes?: number | undefined;
  readonly sha256?: string | undefined;
}

export interface RequestOptions {
  readonly signal: AbortSignal;
  readonly method?: "GET" | "HEAD";
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Whether the HTTP cache may answer and keep the answer: not where the file is kept elsewhere.
   */
  readonly httpCache?: boolean;
}

/** @throws ModelFileError where there is no answer at all @throws the signal's reason */
export async function request(
  file: RemoteFile,
  { signal, method = "GET", headers = {}, httpCache = true }: RequestOptions,
): Promise<Response> {
  signal.throwIfAborted();
  try {
    return await fetch(file.url, {
      method,
      headers,
      signal,
      ...(!httpCache && { cache: "no-store" }),
    });
  } catch (cause) {
    signal.throwIfAborted();
    const place = file.url.protocol.startsWith("http") ? file.url.origin : "the file's address";
    throw new ModelFileError({
      ...named(file),
      reason: `${place} cannot be reached${whereOffline()}`,
      advice: "Check the address and the connection.",
      cause,
    });
  }
}

/** @throws ModelFileError for an answer that is not the file: an error, or a page in its place. */
export async function assertIsFile(file: RemoteFile, response: Response): Promise<void> {
  const { status, statusText } = response;
  if (response.ok && !isPage(response)) return;
  await response.body?.cancel();
  if (response.ok) throw pageError(file);
  const reason = `the server answered ${status} ${statusText}`.trimEnd();
  throw new ModelFileError({ ...named(file), status, reason, advice: adviceFor(file) });
}

/**
 * Some servers send their page with the type of the file. @throws ModelFileError where a file
 * begins as a page does
 */
export function assertNoPage(file: RemoteFile, beginning: Uint8Array): void {
  if (/^\s*<(!doctype|html)/i.test(new TextDecoder().decode(beginning.subarray(0, 64))))
    throw pageError(file);
}

function pageError(file: RemoteFile): ModelFileError {
  return new ModelFileError({
    ...named(file),
    status: 200,
    reason: "the server answered with a web page instead of the file",
    advice: adviceFor(file),
  });
}

function adviceFor({ url }: RemoteFile): string {
  return `Check the address ${url.href}.`;
}

/**
 * Whether the server has the file. @throws ModelFileError where the server says neither yes nor no.
 */
export async function existsAt(file: RemoteFile, signal: AbortSignal): Promise<boolean> {
  const response = await request(file, { signal, method: "HEAD" });
  // single-page applications answer every address with their page
  if (response.ok) return !isPage(response);
  if (response.status === 404 || response.status === 410) return false;
  throw new ModelFileError({
    ...named(file),
    reason: `the server answered ${response.status}`,
    status: response.status,
  });
}

export function isPage(response: Response): boolean {
  return /^(text\/html|application\/xhtml)/i.test(response.headers.get("content-type") ?? "");
}

/**
 * Which version of the file an answer is, and its length: the whole file's, also where the answer
 * is its end.
 */
export function versionOf({ headers, status }: Response): FileVersion {
  const range = /^bytes \d+-\d+\/(\d+)$/.exec(headers.get("content-range") ?? "");
  return {
    etag: headers.get("etag") ?? undefined,
    lastModified: headers.get("last-modified") ?? undefined,
    totalBytes: status === 206 ? byteCount(range?.[1]) : announcedLength(headers),
  };
}

/** With a content encoding, the header states the length of something else. */
function announcedLength(headers: Headers): number | undefined {
  return headers.has("content-encoding") ? undefined : byteCount(headers.get("content-length"));
}

function byteCount(text: string | null | undefined): number | undefined {
  const count = Number(text ?? Number.NaN);
  return Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}

/** Whether nothing speaks against two versions being the same: what both state is equal. */
export function mayBeSame(a: FileVersion, b: FileVersion): boolean {
  return (["etag", "lastModified", "totalBytes"] as const).every(
    (field) => a[field] === undefined || b[field] === undefined || a[field] === b[field],
  );
}

/** Whether something speaks for it. */
export function isSame(a: FileVersion, b: FileVersion): boolean {
  return (
    mayBeSame(a, b) &&
    ((a.etag !== undefined && a.etag === b.etag) ||
      (a.lastModified !== undefined && a.lastModified === b.lastModified))
  );
}

/**
 * Asks for the file from a byte on. `If-Range` makes the server send the whole file where it has
 * another version by now; to other origins it would cost a question beforehand (CORS), so there the
 * answer's own version is all that is compared.
 */
export function rangeHeaders(
  file: RemoteFile,
  offset: number,
  { etag, lastModified }: FileVersion,
): Record<string, string> {
  if (offset === 0) return {};
  const strong = etag?.startsWith('"') ? etag : lastModified; // a weak one may not be used here
  const sameOrigin =
    globalThis.location === undefined || globalThis.location.origin === file.url.origin;
  return {
    range: `bytes=${offset}-`,
    ...(strong !== undefined && sameOrigin && { "if-range": strong }),
  };
}

/** For the end of a reason. */
export function whereOffline(): string {
  return globalThis.navigator?.onLine === false ? " (the browser is offline)" : "";
}

export function named({ model, path }: RemoteFile): { model: string; path: string } {
  return { model, path };
}
