import { mkdir, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { namingFile, systemFault } from "./output-file-error.ts";
import { discard, settle, temporaryBeside } from "./unfinished.node.ts";
import type { WriteFileOptions } from "./write-files.node.ts";

/**
 * Has `fill` write a folder under a temporary name, and gives it its own name when it is complete.
 * What was at that path is replaced; if anything fails, it stays as it was.
 *
 * @throws OutputFileError if it cannot be written; what `fill` throws; the signal's reason if
 * aborted.
 * @example `await fillFolderAtomically("model", (folder) => writeNetworks(folder));`
 */
export async function fillFolderAtomically(
  path: string,
  fill: (temporary: string) => Promise<void>,
  { makeFolders = false, signal }: WriteFileOptions = {},
): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    await namingFile(path, async () => {
      if (makeFolders) await mkdir(dirname(path), { recursive: true });
      await mkdir(temporary);
      await fill(temporary);
      signal?.throwIfAborted();
      await replace(path, temporary);
    });
    settle(temporary);
  } finally {
    await discard(temporary);
  }
}

/** Renames a folder; what had the name before is removed afterwards. */
async function replace(path: string, temporary: string): Promise<void> {
  const before = temporaryBeside(path);
  settle(before); // Not to be removed if the program ends: until the second rename it is all there is.
  const existed = await rename(path, before).then(
    () => true,
    (error: unknown) => {
      if (systemFault(error) === "ENOENT") return false;
      throw error;
    },
  );
  try {
    await rename(temporary, path);
  } catch (error) {
    if (existed) await rename(before, path);
    throw error;
  }
  await discard(before);
}
