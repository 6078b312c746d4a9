import { stat } from "node:fs/promises";
import { join } from "node:path";
import { describeByConfig } from "../checkpoint-networks.ts";
import { assertHoldsNetwork, type Checkpoint } from "../convert-checkpoints.ts";
import { CheckpointError } from "../errors.ts";
import type { ProgressBar } from "../progress-bar.ts";
import { bytesThere, cachedFile, type KnownFile } from "./cached-file.ts";
import { assertSpace, hashOf, makeFolder, remoteSize } from "./download.ts";
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

/** A published file that is here, whole. */
export interface ModelFile extends Omit<KnownFile, "url"> {
  /** Where it was fetched from; undefined for one that was here already. */
  readonly url: string | undefined;
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
  const planned = await Promise.all(files.map((file) => plan(file, address, folder, signal)));
  await makeFolder(folder);
  const missing = planned.reduce(
    (sum, { there, total }) => sum + Math.max((total ?? 0) - there, 0),
    0,
  );
  await assertSpace(folder, missing);
  tell(announcement(planned, address, folder));

  const found: ModelFile[] = [];
  let doneBytes = 0;
  for (const [i, { file, url, path }] of planned.entries()) {
    const later = planned.slice(i + 1).reduce((sum, { total = 0 }) => sum + total, 0);
    const checkpoint = checkpointOf(file, path);
    const known = await cachedFile(url, path, {
      expected: expectedOf(file),
      onDamage: (message) => bar.note(`warning: ${message}`),
      accept: () => assertHoldsNetwork(checkpoint, url.href),
      onProgress: (done, total = done) => bar.update(doneBytes + done, doneBytes + total + later),
      signal,
    });
    doneBytes += known.size;
    found.push({ ...known, checkpoint });
  }
  return found;
}

interface PlannedFile {
  readonly file: PublishedFile;
  readonly url: URL;
  readonly path: string;
  readonly there: number;
  readonly total: number | undefined;
}

async function plan(
  file: PublishedFile,
  address: URL,
  folder: string,
  signal: AbortSignal,
): Promise<PlannedFile> {
  const [url, path] = [new URL(file.name, address), join(folder, file.name)];
  const there = await bytesThere(path);
  // its size is known without the server, which need not be there
  const whole = await stat(path).catch(() => undefined);
  return {
    file,
    url,
    path,
    there,
    total: whole?.size ?? (await remoteSize(url, signal)) ?? file.size,
  };
}

function announcement(planned: readonly PlannedFile[], address: URL, folder: string): string {
  const toFetch = planned.filter(({ there, total }) => total === undefined || there < total);
  if (toFetch.length === 0) return `All files are in ${folder}: they are checked.`;
  const unknown = toFetch.filter(({ total }) => total === undefined).map(({ file }) => file.name);
  const bytes = toFetch.reduce((sum, { there, total = 0 }) => sum + Math.max(total - there, 0), 0);
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
    const hash = await hashOf(path, signal, (read) => bar.update(doneBytes + read, total));
    const sha256 = hash.digest("hex");
    assertPublished(path, { size, sha256 }, file);
    doneBytes += size;
    found.push({ url: undefined, size, sha256, path, cached: true, checkpoint });
  }
  return found;
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

function expectedOf({ size, sha256 }: PublishedFile) {
  return { ...(size !== undefined && { size }), ...(sha256 !== undefined && { sha256 }) };
}
