import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import type { FileVersion, ModelCacheKey } from "./model-cache.ts";

/**
 * How files lie in a folder: each at `FOLDER/<model>/<path>`, and beside it what it is known by,
 * `<path>.json`. What has arrived of one is `<path>.part`, with `<path>.part.json`; `<path>.lock` is
 * there while a process works on it. A record may outlive its file: by it, another file is noticed
 * that takes its place.
 */
export interface FileRecord extends FileVersion {
  /** Without the query, which may hold a token. */
  readonly url: string;
  readonly size: number;
  /** In hex. */
  readonly sha256: string;
}

/** What is known of a file of which a part is there. */
export interface PartRecord extends FileVersion {
  readonly url: string;
  /** What is expected, if that is known. */
  readonly sha256?: string | undefined;
  /** How many bytes are safely on the disk. */
  readonly length: number;
}

const endings = {
  record: ".json",
  part: ".part",
  partRecord: ".part.json",
  lock: ".lock",
} as const;
type CompanionKind = keyof typeof endings;

/** The path of what belongs to a file. */
export function companion(path: string, kind: CompanionKind): string {
  return path + endings[kind];
}

/** Where a file is, or would be. */
export function filePath(folder: string, { model, path }: Pick<ModelCacheKey, "model" | "path">) {
  return join(folder, modelFolder(model), ...path.split("/").map(fileName));
}

/** A model's folder: its name, as far as that is a folder's. */
export function modelFolder(model: string): string {
  const name = fileName(model) || "_";
  if (name.length <= 120) return name;
  return `${name.slice(0, 100)}-${createHash("sha256").update(model).digest("hex").slice(0, 16)}`;
}

/** Injective, and never a companion's name: a model may have both `base.pt` and `base.pt.json`. */
function fileName(name: string): string {
  const safe = encodeURIComponent(name).replaceAll("*", "%2A").replace(/^\.+$/, "%2E$&");
  return /(\.json|\.part|\.lock|_)$/i.test(safe) ? `${safe}_` : safe;
}

function nameOf(safe: string): string {
  const name = safe.replace(/_$/, "").replace(/^%2E(?=\.+$)/, "");
  try {
    return decodeURIComponent(name);
  } catch {
    return name; // It was cut, or is not ours.
  }
}

/** The record's content, or undefined if there is none, or none that can be read. */
export async function readRecord(path: string): Promise<FileRecord | undefined> {
  const { url, size, sha256, ...version } = await readJson(companion(path, "record"));
  return typeof url === "string" && isCount(size) && isSha256(sha256)
    ? { ...versionIn(version), url, size, sha256, totalBytes: size }
    : undefined;
}

export async function readPartRecord(path: string): Promise<PartRecord | undefined> {
  const { url, length, sha256, ...version } = await readJson(companion(path, "partRecord"));
  return typeof url === "string" && isCount(length)
    ? { ...versionIn(version), url, length, sha256: isSha256(sha256) ? sha256 : undefined }
    : undefined;
}

/** Whether a record is that of the content that is asked for. */
export function isContent(
  { url, sha256 }: Pick<FileRecord | PartRecord, "url" | "sha256">,
  key: ModelCacheKey,
): boolean {
  return key.sha256 === undefined ? url === addressOf(key) : sha256 === key.sha256.toLowerCase();
}

export function addressOf({ url }: Pick<ModelCacheKey, "url">): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

/** The SHA-256 of a file's bytes so far. */
export async function hashOfFile(path: string): Promise<Hash> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk);
  return hash;
}

export async function sizeOfFile(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? found.size : undefined;
}

/** The files in a cache's folder that have a record or a part's record, with their model. */
export async function filesIn(
  folder: string,
): Promise<readonly { readonly file: string; readonly model: string; readonly path: string }[]> {
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  const names = entries.flatMap((entry) =>
    entry.endsWith(endings.partRecord)
      ? [entry.slice(0, -endings.partRecord.length)]
      : entry.endsWith(endings.record)
        ? [entry.slice(0, -endings.record.length)]
        : [],
  );
  return [...new Set(names)].flatMap((name) => {
    const [model, ...path] = name.split(sep);
    return model === undefined || path.length === 0
      ? []
      : [{ file: join(folder, name), model: nameOf(model), path: path.map(nameOf).join("/") }];
  });
}

/** Removes a file and all that belongs to it. */
export async function removeFile(path: string): Promise<void> {
  await removePart(path);
  for (const name of [path, companion(path, "record")]) await rm(name, { force: true });
}

export async function removePart(path: string): Promise<void> {
  // The record first: a part without one is begun again.
  for (const kind of ["partRecord", "part"] as const)
    await rm(companion(path, kind), { force: true });
}

/** The folders that a removed file leaves empty, up to the cache's own. */
export function foldersAbove(folder: string, file: string): readonly string[] {
  const folders: string[] = [];
  for (let at = dirname(file); at !== folder && at.startsWith(folder); at = dirname(at))
    folders.push(at);
  return folders;
}

async function readJson(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const json: unknown = JSON.parse(await readFile(path, "utf8"));
    return typeof json === "object" && json !== null
      ? (json as Readonly<Record<string, unknown>>)
      : {};
  } catch {
    return {}; // There is none, or it says nothing.
  }
}

function versionIn({ etag, lastModified, totalBytes }: Readonly<Record<string, unknown>>) {
  return {
    etag: typeof etag === "string" ? etag : undefined,
    lastModified: typeof lastModified === "string" ? lastModified : undefined,
    totalBytes: isCount(totalBytes) ? totalBytes : undefined,
  };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isSha256(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}
