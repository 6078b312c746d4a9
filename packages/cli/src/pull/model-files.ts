import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, stat, statfs } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import {
  type FolderModelCache,
  folderModelCache,
  type StoredModelFile,
} from "@glissade/core/files";
import { describeByConfig } from "../checkpoint-networks.ts";
import { assertHoldsNetwork, type Checkpoint } from "../convert-checkpoints.ts";
import { CheckpointError, faultOf, OutputError } from "../errors.ts";
import type { ProgressBar } from "../progress-bar.ts";
import { fetchFile } from "./fetch-file.ts";
import type { PublishedFile } from "./published-models.ts";

/**
 * Where a model's files come from: fetched into a folder of the cache, or a folder that has them
 * already.
 */
export type FilesOrigin =
  | { readonly address: URL; readonly folder: string }
  | { readonly folder: string };

interface Following {
  readonly bar: ProgressBar;
  /** Told once what is going to happen. */
  readonly tell: (message: string) => void;
  readonly signal: AbortSignal;
}

/** A published file that is here, whole, and what it is known by. */
export interface ModelFile {
  /** Where it was fetched from; undefined for one that was here already. */
  readonly url: string | undefined;
  readonly size: number;
  /** In hex. */
  readonly sha256: string;
  readonly path: string;
  /** Whether it was here before. */
  readonly cached: boolean;
  readonly checkpoint: Checkpoint;
}

/**
 * Brings the files here, and makes sure of each that it is whole and holds the network that it
 * should.
 */
export async function modelFiles(
  files: readonly PublishedFile[],
  origin: FilesOrigin,
  following: Following,
): Promise<readonly ModelFile[]> {
  return "address" in origin
    ? fetched(files, origin, following)
    : local(files, origin.folder, following);
}

async function fetched(
  files: readonly PublishedFile[],
  { address, folder }: { address: URL; folder: string },
  { bar, tell, signal }: Following,
) {
  const cache = folderModelCache({
    folder: dirname(folder),
    onDamage: ({ path, problem }) => bar.note(`warning: ${path} ${problem}: it is fetched again.`),
  });
  const model = basename(folder);
  const planned = await Promise.all(
    files.map((file) => plan(file, { cache, model, address, signal })),
  );
  await makeFolder(folder);
  const missing = planned.reduce(
    (sum, { stored, total }) => sum + Math.max((total ?? 0) - stored.bytes, 0),
    0,
  );
  await assertSpace(folder, missing);
  tell(announcement(planned, address, folder));

  const found: ModelFile[] = [];
  let doneBytes = 0;
  for (const [i, { file, url, stored }] of planned.entries()) {
    const later = planned.slice(i + 1).reduce((sum, { total = 0 }) => sum + total, 0);
    const checkpoint = checkpointOf(file, stored.file);
    const remote = { model, path: file.name, url, bytes: file.size, sha256: file.sha256 };
    const {
      bytes: size,
      sha256 = "", // a whole file has one
      cached,
      ...known
    } = await fetchFile(remote, {
      cache,
      accept: () => assertHoldsNetwork(checkpoint, url.href),
      onProgress: (done, total = done) => bar.update(doneBytes + done, doneBytes + total + later),
      signal,
    });
    doneBytes += size;
    found.push({ url: known.url, path: known.file, size, sha256, cached, checkpoint });
  }
  return found;
}

interface PlannedFile {
  readonly file: PublishedFile;
  readonly url: URL;
  readonly stored: StoredModelFile;
  readonly total: number | undefined;
}

interface Plan {
  readonly cache: FolderModelCache;
  readonly model: string;
  readonly address: URL;
  readonly signal: AbortSignal;
}

async function plan(
  file: PublishedFile,
  { cache, model, address, signal }: Plan,
): Promise<PlannedFile> {
  const url = new URL(file.name, address);
  const stored = await cache.stored({ model, path: file.name });
  // The size of a whole file is known without the server, which need not be there.
  const total = stored.isWhole ? stored.bytes : ((await remoteSize(url, signal)) ?? file.size);
  return { file, url, stored, total };
}

/** The size that a server states for a file; undefined if it states none, or has no such file. */
async function remoteSize(url: URL, signal: AbortSignal): Promise<number | undefined> {
  try {
    const { ok, headers } = await fetch(url, { method: "HEAD", signal });
    const length = headers.get("content-length");
    return ok && length !== null && !headers.get("content-encoding") ? Number(length) : undefined;
  } catch {
    signal.throwIfAborted();
    return undefined; // Fetching the file will say what is wrong.
  }
}

/** @throws OutputError if the folder cannot be made */
async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((cause: unknown) => {
    throw new OutputError(`The folder ${path} cannot be made (${faultOf(cause)}).`, { cause });
  });
}

/** @throws OutputError if the folder's disk has less space left */
async function assertSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < bytes)
    throw new OutputError(
      `${folder} has ${((bavail * bsize) / 1e6).toFixed(0)} MB left, and ${(bytes / 1e6).toFixed(0)} MB are needed.`,
    );
}

function announcement(planned: readonly PlannedFile[], address: URL, folder: string): string {
  const toFetch = planned.filter(
    ({ stored, total }) => total === undefined || stored.bytes < total,
  );
  if (toFetch.length === 0) return `All files are in ${folder}: they are checked.`;
  const unknown = toFetch.filter(({ total }) => total === undefined).map(({ file }) => file.name);
  const bytes = toFetch.reduce(
    (sum, { stored, total = 0 }) => sum + Math.max(total - stored.bytes, 0),
    0,
  );
  const size =
    unknown.length === toFetch.length ? "of unknown size" : `${(bytes / 1e6).toFixed(0)} MB`;
  const more =
    unknown.length > 0 && unknown.length < toFetch.length
      ? ` (and ${unknown.join(", ")}, of unknown size)`
      : "";
  return `Fetching ${toFetch.map(({ file }) => file.name).join(", ")}: ${size}${more} from ${address.host} to ${folder}.`;
}

async function local(
  files: readonly PublishedFile[],
  folder: string,
  { bar, signal }: Following,
): Promise<readonly ModelFile[]> {
  const sizes = await Promise.all(
    files.map(async ({ name }) => (await stat(join(folder, name)).catch(() => undefined))?.size),
  );
  const absent = files.filter((_, i) => sizes[i] === undefined).map(({ name }) => name);
  if (absent.length > 0)
    throw new CheckpointError(
      `${folder} has no ${absent.join(", no ")}. Give the folder with the published files under their own names, or fewer parts with --only.`,
    );
  const total = sizes.reduce<number>((sum, size = 0) => sum + size, 0);
  const found: ModelFile[] = [];
  let doneBytes = 0;
  for (const [i, file] of files.entries()) {
    const [path, size = 0] = [join(folder, file.name), sizes[i]];
    const checkpoint = checkpointOf(file, path);
    await assertHoldsNetwork(checkpoint, path);
    const sha256 = await sha256Of(path, signal, (read) => bar.update(doneBytes + read, total));
    assertPublished(path, { size, sha256 }, file);
    doneBytes += size;
    found.push({ url: undefined, size, sha256, path, cached: true, checkpoint });
  }
  return found;
}

async function sha256Of(
  path: string,
  signal: AbortSignal,
  onProgress: (readBytes: number) => void,
): Promise<string> {
  const hash = createHash("sha256");
  let read = 0;
  for await (const part of createReadStream(path, { highWaterMark: 2 ** 20, signal })) {
    hash.update(part);
    read += part.length;
    onProgress(read);
  }
  return hash.digest("hex");
}

function assertPublished(
  path: string,
  found: { readonly size: number; readonly sha256: string },
  { size = found.size, sha256 = found.sha256 }: PublishedFile,
): void {
  if (size === found.size && sha256 === found.sha256) return;
  const difference =
    size === found.size
      ? `the SHA-256 ${found.sha256}, and the published file ${sha256}`
      : `${found.size} bytes, and the published file ${size}`;
  throw new CheckpointError(
    `${path} has ${difference}. Where it is meant to be another one: glissade convert.`,
  );
}

function checkpointOf({ network }: PublishedFile, file: string): Checkpoint {
  return { file, describe: async () => describeByConfig(network.kind, network.json) };
}
