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

/** The file is there, and is not the one that it was, or is published to be. */
export class OtherFileError extends DownloadError {
  static override readonly code: string = "OtherFileError";
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
 * Fetches a file. What has arrived stays in `PATH.part` where the connection breaks or the program
 * is stopped, and the next call goes on from there if the server still has the same file. The file
 * appears at its path when it is complete and its size and hash are right.
 *
 * @throws DownloadError where it cannot be fetched, OtherFileError where it is another file than
 * expected; OutputError where it cannot be written; the signal's reason where aborted
 */
export async function download(
  url: URL,
  path: string,
  { onProgress, expected = {}, signal }: DownloadOptions,
): Promise<FileRecord> {
  await makeFolder(dirname(path));
  const begun = await readBegun(path, url);
  const response = await request(url, begun, signal);
  const goesOn = response.status === 206 && begun !== undefined;
  const done = goesOn ? begun.size : 0;
  const total = totalSize(response, done);
  if (expected.size !== undefined && total !== undefined && total !== expected.size) {
    await response.body?.cancel();
    throw new OtherFileError(
      `${url.href} has ${total} bytes, where ${expected.size} were expected: it is another file.`,
    );
  }
  await assertSpace(dirname(path), (total ?? 0) - done);
  await writeFile(
    `${path}.part.json`,
    JSON.stringify({ url: url.href, validator: validatorOf(response) }),
  );
  const hash = goesOn ? await hashOf(`${path}.part`, signal) : createHash("sha256");
  const size = await receive(response, path, { from: done, total, hash, onProgress, signal });
  if (total !== undefined && size !== total)
    throw new DownloadError(
      `The connection to ${url.host} broke after ${size} of ${total} bytes. Run it again: it goes on from there.`,
    );
  const record = { url: url.href, size, sha256: hash.digest("hex") };
  if (expected.sha256 !== undefined && expected.sha256 !== record.sha256) {
    await discard(path);
    throw new OtherFileError(
      `${url.href} has the SHA-256 ${record.sha256}, where ${expected.sha256} was expected: the file was changed, or damaged on its way.`,
    );
  }
  await rename(`${path}.part`, path);
  await rm(`${path}.part.json`, { force: true });
  return record;
}

/** SHA-256 of a file's bytes so far. */
export async function hashOf(
  path: string,
  signal: AbortSignal,
  onProgress?: (readBytes: number) => void,
): Promise<Hash> {
  const hash = createHash("sha256");
  let read = 0;
  for await (const part of createReadStream(path, { highWaterMark: 2 ** 20, signal })) {
    hash.update(part);
    read += part.length;
    onProgress?.(read);
  }
  return hash;
}

/**
 * The size that a server tells for a file; undefined where it tells none, or no such file is there.
 */
export async function remoteSize(url: URL, signal: AbortSignal): Promise<number | undefined> {
  try {
    const { ok, headers } = await fetch(url, { method: "HEAD", signal });
    const length = headers.get("content-length");
    return ok && length !== null && !headers.get("content-encoding") ? Number(length) : undefined;
  } catch {
    signal.throwIfAborted();
    return undefined; // the download itself says what is wrong
  }
}

/** @throws OutputError where the folder cannot be made */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((cause: unknown) => {
    throw new OutputError(`The folder ${path} cannot be made (${faultOf(cause)}).`, { cause });
  });
}

interface Begun {
  readonly size: number;
  readonly validator: string;
}

/**
 * The part that is there already, if it is of the same address and the server named its version.
 */
async function readBegun(path: string, url: URL): Promise<Begun | undefined> {
  try {
    const { url: own, validator } = JSON.parse(await readFile(`${path}.part.json`, "utf8"));
    const { size } = await stat(`${path}.part`);
    return own === url.href && typeof validator === "string" && size > 0
      ? { size, validator }
      : undefined;
  } catch {
    return undefined; // nothing is there, or nothing that could be gone on with
  }
}

async function request(url: URL, begun: Begun | undefined, signal: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = begun
    ? { range: `bytes=${begun.size}-`, "if-range": begun.validator }
    : {};
  let response: Response;
  try {
    response = await fetch(url, { headers, signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw new DownloadError(
      `${url.host} cannot be reached. Check the connection, or give a folder with the files: --from DIR.`,
      {
        cause,
      },
    );
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
      throw new DownloadError(
        "The server sent another part of the file than was asked for. Delete the .part file and run it again.",
      );
    return Number(ranged[2]);
  }
  const length = headers.get("content-length");
  return length === null || headers.get("content-encoding") ? undefined : done + Number(length);
}

/** @throws OutputError where the folder's disk has less space left */
export async function assertSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < bytes)
    throw new OutputError(
      `${folder} has ${megabytes(bavail * bsize)} MB left, and ${megabytes(bytes)} MB are needed.`,
    );
}

interface Receiving {
  readonly from: number;
  readonly total: number | undefined;
  readonly hash: Hash;
  readonly onProgress: DownloadOptions["onProgress"];
  readonly signal: AbortSignal;
}

async function receive(
  response: Response,
  path: string,
  { from, total, hash, onProgress, signal }: Receiving,
): Promise<number> {
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
      throw new OutputError(
        `The disk is full: ${path} cannot be written. What has arrived stays, and the next run goes on.`,
        { cause },
      );
    throw new DownloadError(
      `The connection to ${new URL(response.url).host} broke after ${size} bytes. Run it again: it goes on from there.`,
      { cause },
    );
  } finally {
    await file.close();
  }
}

async function discard(path: string): Promise<void> {
  await Promise.all([
    rm(`${path}.part`, { force: true }),
    rm(`${path}.part.json`, { force: true }),
  ]);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
