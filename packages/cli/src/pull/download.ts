import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readFile, rename, rm, stat, statfs, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { GlissadeError } from "@glissade/core";
import { faultOf, OutputError } from "../errors.ts";

/** A file could not be fetched, or is not what was expected. */
export class DownloadError extends GlissadeError {
  static override readonly code: string = "DownloadError";
}

/** What a file is known by. */
export interface FileRecord {
  readonly url: string;
  readonly size: number;
  /** In hex. */
  readonly sha256: string;
}

export interface DownloadOptions {
  readonly onProgress?: (loadedBytes: number, totalBytes: number | undefined) => void;
  /** What the file was when it was fetched first, or is published to be: another one is refused. */
  readonly expected?: Partial<Pick<FileRecord, "size" | "sha256">>;
  readonly signal: AbortSignal;
}

/**
 * Fetches a file. What has arrived stays in `PATH.part` where the connection breaks or the program is stopped, and the next call goes on from there if the server still has the same file. The file
 * appears at its path when it is complete and its size and hash are right.
 *
 * @throws DownloadError where it cannot be fetched or is another file than expected; OutputError where it cannot be written; the signal's reason where aborted
 */
export async function download(url: URL, path: string, { onProgress, expected = {}, signal }: DownloadOptions): Promise<FileRecord> {
  await mkdir(dirname(path), { recursive: true }).catch((cause: unknown) => {
    throw new OutputError(`The folder ${dirname(path)} cannot be made (${faultOf(cause)}).`, { cause });
  });
  const begun = await readBegun(path, url);
  const response = await request(url, begun, signal);
  const goesOn = response.status === 206 && begun !== undefined;
  const done = goesOn ? begun.size : 0;
  const total = totalSize(response, done);
  if (expected.size !== undefined && total !== undefined && total !== expected.size) {
    await response.body?.cancel();
    throw new DownloadError(`${url.href} has ${total} bytes, where ${expected.size} were expected: it is another file.`);
  }
  await assertSpace(path, (total ?? 0) - done);
  await writeFile(`${path}.part.json`, JSON.stringify({ url: url.href, validator: validatorOf(response) }));
  const hash = goesOn ? await hashOf(`${path}.part`, signal) : createHash("sha256");
  const size = await receive(response, path, { from: done, total, hash, onProgress, signal });
  if (total !== undefined && size !== total)
    throw new DownloadError(`The connection to ${url.host} broke after ${size} of ${total} bytes. Run it again: it goes on from there.`);
  const record = { url: url.href, size, sha256: hash.digest("hex") };
  if (expected.sha256 !== undefined && expected.sha256 !== record.sha256) {
    await discard(path);
    throw new DownloadError(
      `${url.href} has the SHA-256 ${record.sha256}, where ${expected.sha256} was expected: the file was changed, or damaged on its way.`,
    );
  }
  await rename(`${path}.part`, path);
  await rm(`${path}.part.json`, { force: true });
  return record;
}

/** SHA-256 of a file's bytes so far. */
export async function hashOf(path: string, signal: AbortSignal): Promise<Hash> {
  const hash = createHash("sha256");
  for await (const part of createReadStream(path, { highWaterMark: 2 ** 20, signal })) hash.update(part);
  return hash;
}

interface Begun {
  readonly size: number;
  readonly validator: string;
}

/** The part that is there already, if it is of the same address and the server named its version. */
async function readBegun(path: string, url: URL): Promise<Begun | undefined> {
  try {
    const { url: own, validator } = JSON.parse(await readFile(`${path}.part.json`, "utf8"));
    const { size } = await stat(`${path}.part`);
    return own === url.href && typeof validator === "string" && size > 0 ? { size, validator } : undefined;
  } catch {
    return undefined; // nothing is there, or nothing that could be gone on with
  }
}

async function request(url: URL, begun: Begun | undefined, signal: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = begun ? { range: `bytes=${begun.size}-`, "if-range": begun.validator } : {};
  let response: Response;
  try {
    response = await fetch(url, { headers, signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw new DownloadError(`${url.host} cannot be reached. Check the connection, or give files that you have: glissade convert FILE... --out MODEL.`, {
      cause,
    });
  }
  const isPage = response.headers.get("content-type")?.toLowerCase().startsWith("text/html");
  if (response.ok && !isPage) return response;
  await response.body?.cancel();
  throw new DownloadError(
    `${url.href} answered ${response.ok ? "with a web page instead of the file" : `${response.status} ${response.statusText}`.trimEnd()}.`,
  );
}

/** Weak validators do not promise the same bytes. */
function validatorOf({ headers }: Response): string | undefined {
  const etag = headers.get("etag");
  return etag && !etag.startsWith("W/") ? etag : (headers.get("last-modified") ?? undefined);
}

function totalSize({ headers, status }: Response, done: number): number | undefined {
  const ranged = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get("content-range") ?? "");
  if (status === 206 && ranged) {
    if (Number(ranged[1]) !== done)
      throw new DownloadError("The server sent another part of the file than was asked for. Delete the .part file and run it again.");
    return Number(ranged[2]);
  }
  const length = headers.get("content-length");
  return length === null || headers.get("content-encoding") ? undefined : done + Number(length);
}

async function assertSpace(path: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(path));
  if (bavail * bsize < bytes) throw new OutputError(`${dirname(path)} has ${megabytes(bavail * bsize)} MB left, and ${megabytes(bytes)} MB are needed.`);
}

interface Receiving {
  readonly from: number;
  readonly total: number | undefined;
  readonly hash: Hash;
  readonly onProgress: DownloadOptions["onProgress"];
  readonly signal: AbortSignal;
}

async function receive(response: Response, path: string, { from, total, hash, onProgress, signal }: Receiving): Promise<number> {
  const file = await open(`${path}.part`, from > 0 ? "a" : "w").catch((cause: unknown) => {
    throw new OutputError(`${path} cannot be written (${faultOf(cause)}).`, { cause });
  });
  let size = from;
  try {
    for await (const chunk of response.body ?? []) {
      await file.writeFile(chunk);
      hash.update(chunk);
      size += chunk.length;
      onProgress?.(size, total);
    }
    await file.sync();
    return size;
  } catch (cause) {
    signal.throwIfAborted();
    if (faultOf(cause) === "ENOSPC")
      throw new OutputError(`The disk is full: ${path} cannot be written. What has arrived stays, and the next run goes on.`, { cause });
    throw new DownloadError(`The connection to ${new URL(response.url).host} broke after ${size} bytes. Run it again: it goes on from there.`, { cause });
  } finally {
    await file.close();
  }
}

async function discard(path: string): Promise<void> {
  await Promise.all([rm(`${path}.part`, { force: true }), rm(`${path}.part.json`, { force: true })]);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
