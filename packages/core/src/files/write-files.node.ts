import { mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { namingFile } from "./output-file-error.ts";
import { discard, settle, temporaryBeside } from "./unfinished.node.ts";

export interface OutputFile {
  readonly path: string;
  readonly contents: string | Uint8Array;
}

export interface WriteFileOptions {
  /** Make the folders on the way that do not exist. Default false. */
  readonly makeFolders?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a file that appears whole at its path, replacing what was there, or not at all.
 *
 * @throws OutputFileError if it cannot be written; the signal's reason if aborted.
 * @example `await writeFileAtomically("out/report.html", page, { makeFolders: true });`
 */
export async function writeFileAtomically(
  path: string,
  contents: string | Uint8Array,
  options: WriteFileOptions = {},
): Promise<void> {
  await writeFilesAtomically([{ path, contents }], options);
}

/**
 * Writes files that each appear whole, replacing what was there, or not at all. None appears before
 * all are written, to the disk itself.
 *
 * @throws OutputFileError if one cannot be written; the signal's reason if aborted.
 */
export async function writeFilesAtomically(
  files: readonly OutputFile[],
  { makeFolders = false, signal }: WriteFileOptions = {},
): Promise<void> {
  const written: { readonly temporary: string; readonly path: string }[] = [];
  try {
    for (const { path, contents } of files) {
      signal?.throwIfAborted();
      const temporary = temporaryBeside(path);
      written.push({ temporary, path });
      await namingFile(path, async () => {
        if (makeFolders) await mkdir(dirname(path), { recursive: true });
        await writeToDisk(temporary, contents);
      });
    }
    signal?.throwIfAborted();
    for (const { temporary, path } of written) {
      await namingFile(path, () => rename(temporary, path));
      settle(temporary);
    }
  } finally {
    for (const { temporary } of written) await discard(temporary);
  }
}

/**
 * Has `fill` write a file under a temporary name, and gives it its own name when it is complete.
 *
 * @throws OutputFileError if it cannot be written; what `fill` throws; the signal's reason if
 * aborted.
 */
export async function fillFileAtomically(
  path: string,
  fill: (temporary: string) => Promise<void>,
  { makeFolders = false, signal }: WriteFileOptions = {},
): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    await namingFile(path, async () => {
      if (makeFolders) await mkdir(dirname(path), { recursive: true });
      await fill(temporary);
      signal?.throwIfAborted();
      await rename(temporary, path);
    });
    settle(temporary);
  } finally {
    await discard(temporary);
  }
}

async function writeToDisk(path: string, contents: string | Uint8Array): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(contents);
    await file.sync();
  } finally {
    await file.close();
  }
}
