import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { writingFault } from "./log-error.ts";

/**
 * Writes a file that appears whole at its path, in place of what was there, or not at all.
 *
 * @throws LogError where it cannot be written.
 */
export async function writeFileAtomically(
  path: string,
  contents: string | Uint8Array,
): Promise<void> {
  // In the same folder, so that the rename stays within one file system.
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.part`);
  try {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(contents);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw writingFault(path, cause);
  }
}
