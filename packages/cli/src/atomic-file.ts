import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { faultOf, OutputError } from "./errors.ts";

/**
 * Temporary files and folders that exist at this moment. A program that ends without finishing
 * removes them.
 */
const unfinished = new Set<string>();
process.once("exit", () => {
  for (const path of unfinished) rmSync(path, { recursive: true, force: true });
});

export interface OutputFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Writes files so that each appears whole at its path, or not at all; none appears before all are
 * written.
 *
 * @throws OutputError where one cannot be written. @throws the signal's reason where aborted.
 */
export async function writeFiles(
  files: readonly OutputFile[],
  signal?: AbortSignal,
): Promise<void> {
  const written: { readonly temporary: string; readonly path: string }[] = [];
  try {
    for (const { path, bytes } of files) {
      signal?.throwIfAborted();
      const temporary = temporaryBeside(path);
      written.push({ temporary, path });
      await naming(path, () => writeFile(temporary, bytes, { flag: "wx" }));
    }
    signal?.throwIfAborted();
    for (const { temporary, path } of written) {
      await naming(path, () => rename(temporary, path));
      unfinished.delete(temporary);
    }
  } finally {
    for (const { temporary } of written) await discard(temporary);
  }
}

/**
 * Makes sure that a file can be written, by writing an empty one beside it: permissions, a missing
 * folder and a read-only disk are told before the work begins.
 *
 * @throws OutputError where it cannot.
 */
export async function assertWritable(path: string): Promise<void> {
  if ((await stat(path).catch(() => undefined))?.isDirectory())
    throw new OutputError(`${path} is a folder; a file is written there. Give another name.`);
  await assertPlace(path);
}

/**
 * The same for a file or a folder: whether its own folder can be written to.
 *
 * @throws OutputError where it cannot.
 */
export async function assertPlace(path: string): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    await naming(path, () => writeFile(temporary, "", { flag: "wx" }));
  } finally {
    await discard(temporary);
  }
}

/**
 * Fills a new folder under a temporary name and gives it its own name when it is complete. What
 * lies at that path is replaced.
 *
 * @throws OutputError where it cannot be made; what `fill` throws.
 */
export async function writeFolder(
  path: string,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = temporaryBeside(path);
  const replaced = temporaryBeside(path);
  try {
    await naming(path, () => mkdir(temporary));
    await naming(path, () => fill(temporary));
    const exists = (await stat(path).catch(() => undefined)) !== undefined;
    if (exists) await naming(path, () => rename(path, replaced));
    await naming(path, () => rename(temporary, path));
    unfinished.delete(temporary);
  } finally {
    await discard(temporary);
    await discard(replaced);
  }
}

/** A name in the same folder, so that the rename stays within one file system and is atomic. */
function temporaryBeside(path: string): string {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.part`);
  unfinished.add(temporary);
  return temporary;
}

async function discard(temporary: string): Promise<void> {
  // the folder may be gone; there is nothing more to do for the user
  await rm(temporary, { recursive: true, force: true }).catch(() => {});
  unfinished.delete(temporary);
}

const advice: Readonly<Record<string, string>> = {
  ENOENT: "The folder does not exist: make it first.",
  ENOTDIR: "A part of the path is a file.",
  EACCES: "You may not write there.",
  EPERM: "You may not write there.",
  EROFS: "The disk is read-only.",
  ENOSPC: "The disk is full.",
  EDQUOT: "Your quota on this disk is used up.",
  ENAMETOOLONG: "The name is too long.",
};

async function naming<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    const fault = faultOf(cause);
    if (!/^E[A-Z0-9]+$/.test(fault)) throw cause; // not the system's
    throw new OutputError(
      `${path} cannot be written (${fault}). ${advice[fault] ?? "Choose another place with --out."}`,
      { cause },
    );
  }
}
