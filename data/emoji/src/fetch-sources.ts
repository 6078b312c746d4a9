import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { exists, removeUnfinished, writeFolder } from "./atomic-folder.ts";
import { SourceError } from "./errors.ts";
import { type DebianPackage, isDebian, type NpmPackage } from "./sources.ts";

const run = promisify(execFile);

export interface FetchOptions {
  /** Folder of unpacked packages; what is there already is not fetched again. */
  readonly cache: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (message: string) => void;
}

/** Where a package lies in the cache once it is unpacked. */
export function unpackedFolder(
  cache: string,
  { name, version }: NpmPackage | DebianPackage,
): string {
  return join(cache, `${name}-${version}`.replace(/^@/, "").replace(/[^\w.+-]+/g, "-"));
}

/**
 * Downloads a pinned package with its registry's own client, compares its digest and unpacks it.
 *
 * @returns the folder of its files
 * @throws SourceError where it cannot be had or is another file than the pinned one. @throws the
 * signal's reason where aborted.
 */
export async function fetchSource(
  source: NpmPackage | DebianPackage,
  { cache, signal, onProgress }: FetchOptions,
): Promise<string> {
  const folder = unpackedFolder(cache, source);
  if (await exists(folder)) return folder;
  onProgress?.(`fetching ${source.name} ${source.version}`);
  await mkdir(cache, { recursive: true });
  await removeUnfinished(cache);
  await writeFolder(folder, async (temporary) => {
    const download = join(temporary, "download");
    await mkdir(download);
    if (isDebian(source)) await downloadDebian(source, download, temporary, signal);
    else await downloadNpm(source, download, temporary, signal);
    await rm(download, { recursive: true });
  });
  return folder;
}

/** Whether this machine can fetch and unpack Debian packages. */
export async function hasDebianTools(): Promise<boolean> {
  const works = (command: string) =>
    run(command, ["--version"]).then(
      () => true,
      () => false,
    );
  return (await works("apt-get")) && (await works("dpkg-deb"));
}

async function downloadNpm(
  source: NpmPackage,
  download: string,
  target: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const asked = `${source.name}@${source.version}`;
  const isWindows = process.platform === "win32"; // where npm is a script that only a shell starts
  const pack = [
    "pack",
    asked,
    "--loglevel=error",
    "--ignore-scripts",
    "--pack-destination",
    download,
  ];
  await fetching(source, signal, () =>
    run("npm", pack, { cwd: download, shell: isWindows, ...(signal && { signal }) }),
  );
  const file = await onlyFile(source, download);
  assertDigest(
    source,
    source.integrity,
    `sha512-${createHash("sha512")
      .update(await readFile(file))
      .digest("base64")}`,
  );
  await fetching(source, signal, () =>
    run("tar", ["-xzf", file, "-C", target, "--strip-components=1"], { ...(signal && { signal }) }),
  );
}

async function downloadDebian(
  source: DebianPackage,
  download: string,
  target: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const asked = `${source.name}=${source.version}`;
  await fetching(source, signal, () =>
    run("apt-get", ["download", asked], { cwd: download, ...(signal && { signal }) }),
  );
  const file = await onlyFile(source, download);
  assertDigest(
    source,
    source.sha256,
    createHash("sha256")
      .update(await readFile(file))
      .digest("hex"),
  );
  await fetching(source, signal, () =>
    run("dpkg-deb", ["-x", file, target], { ...(signal && { signal }) }),
  );
}

async function onlyFile(source: NpmPackage | DebianPackage, folder: string): Promise<string> {
  const [name] = await readdir(folder);
  if (!name)
    throw new SourceError({
      source: source.name,
      problem: "was not downloaded",
      hint: "The client ended without an error but left no file.",
    });
  return join(folder, name);
}

function assertDigest(
  source: NpmPackage | DebianPackage,
  expected: string,
  received: string,
): void {
  if (received === expected) return;
  throw new SourceError({
    source: `${source.name} ${source.version}`,
    problem: `has the digest ${received}, but ${expected} is pinned`,
    hint: "The download is damaged, or a mirror serves another file: try again or ask another mirror.",
  });
}

async function fetching<T>(
  source: NpmPackage | DebianPackage,
  signal: AbortSignal | undefined,
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    signal?.throwIfAborted();
    const said =
      cause instanceof Error && "stderr" in cause
        ? String(cause.stderr).trim().split("\n").slice(-3).join(" ")
        : "";
    throw new SourceError({
      source: `${source.name} ${source.version}`,
      problem: `could not be fetched${said && ` (${said})`}`,
      hint: "Check the network; what was fetched before is kept.",
      cause,
    });
  }
}
