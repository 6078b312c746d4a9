import type { FileVersion, ModelCacheKey } from "./model-cache.ts";

/**
 * How files lie in one Cache: a record for each (`files/<model>/<path>`), and the parts of its
 * content (`parts/<attempt>/<offset>-<length>-<sha256>`). The record names the attempt, so parts of
 * two attempts never mix, and says whether the file is whole: one `put` makes it visible. A part's
 * address says all about it, so that `keys()` alone tells what is stored.
 */
export interface FileRecord extends FileVersion {
  readonly layout: 1;
  readonly model: string;
  /** The hash of what is expected, or the address. */
  readonly content: string;
  readonly attempt: string;
  readonly complete: boolean;
  /** Milliseconds since 1970. */
  readonly lastUsed: number;
}

export interface StoredPart {
  readonly url: string;
  readonly attempt: string;
  readonly offset: number;
  readonly length: number;
  readonly sha256: string;
}

/**
 * Never asked for over the network: the Cache API wants addresses as keys, and this name is
 * reserved for none.
 */
const origin = "https://models.glissade.invalid/";
const partPattern = /^parts\/([^/]+)\/(\d+)-(\d+)-([0-9a-f]{64})$/;

export function recordUrl({ model, path }: ModelCacheKey): string {
  return `${origin}files/${encodeURIComponent(model)}/${encodeURIComponent(path)}`;
}

/** Without the query, which may hold a token: another token does not make another file. */
export function contentOf({ url, sha256 }: ModelCacheKey): string {
  const { origin, pathname } = new URL(url);
  return sha256 ?? origin + pathname;
}

export function isRecordUrl(url: string): boolean {
  return url.startsWith(`${origin}files/`);
}

export function partUrl({ attempt, offset, length, sha256 }: Omit<StoredPart, "url">): string {
  return `${origin}parts/${attempt}/${offset}-${length}-${sha256}`;
}

export function parsePart(url: string): StoredPart | undefined {
  const [, attempt, offset, length, sha256] = partPattern.exec(url.slice(origin.length)) ?? [];
  if (attempt === undefined || sha256 === undefined) return undefined;
  return { url, attempt, offset: Number(offset), length: Number(length), sha256 };
}

/** Undefined where it is of another version of this package, or damaged. */
export async function readRecord(response: Response): Promise<FileRecord | undefined> {
  const record: unknown = await response.json().catch(() => undefined);
  return isRecord(record) ? record : undefined;
}

function isRecord(value: unknown): value is FileRecord {
  if (typeof value !== "object" || value === null) return false;
  const { layout, model, content, attempt, complete, lastUsed, totalBytes } = value as Partial<
    Record<keyof FileRecord, unknown>
  >;
  return (
    layout === 1 &&
    typeof model === "string" &&
    typeof content === "string" &&
    typeof attempt === "string" &&
    typeof complete === "boolean" &&
    typeof lastUsed === "number" &&
    (totalBytes === undefined || typeof totalBytes === "number")
  );
}

/** The browser's own, beside the page's thread. */
export async function sha256Hex(bytes: BufferSource): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
