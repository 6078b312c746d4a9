import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { OutputFileError } from "./output-file-error.ts";

export interface OutputFile {
  readonly path: string;
  readonly contents: string | Uint8Array;
}

/**
 * Writes files so that each appears whole at its path, in place of what was there, or not at all;
 * none appears before all are written. Folders are made.
 *
 * @throws OutputFileError where one cannot be written; the signal's reason where aborted
 */
export async function writeFiles(
  files: readonly OutputFile[],
  signal?: AbortSignal,
): Promise<void> {
  // In the same folder, so that the rename stays within one file system and is atomic.
  const planned = files.map((file) => ({
    ...file,
    temporary: join(dirname(file.path), `.${basename(file.path)}.${randomUUID()}.part`),
  }));
  try {
    for (const { path, contents, temporary } of planned) {
      signal?.throwIfAborted();
      await naming(path, async () => {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(temporary, contents, { flag: "wx" });
      });
    }
    signal?.throwIfAborted();
    for (const { path, temporary } of planned) await naming(path, () => rename(temporary, path));
  } finally {
    // its folder may be gone
    for (const { temporary } of planned) await rm(temporary, { force: true }).catch(() => {});
  }
}

async function naming(path: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (cause) {
    throw new OutputFileError(path, cause);
  }
}
