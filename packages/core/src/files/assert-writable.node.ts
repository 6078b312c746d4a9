import { stat, writeFile } from "node:fs/promises";
import { namingFile, OutputFileError } from "./output-file-error.ts";
import { discard, temporaryBeside } from "./unfinished.node.ts";

/**
 * Checks that a file can be written, by writing an empty one beside it, so that missing
 * permissions, a missing folder or a read-only disk are reported before the work begins.
 *
 * @throws OutputFileError if it cannot.
 */
export async function assertFileWritable(path: string): Promise<void> {
  if ((await stat(path).catch(() => undefined))?.isDirectory())
    throw new OutputFileError({ path, fault: "EISDIR" });
  await assertPlaceWritable(path);
}

/**
 * The same for a file or a folder: whether the folder it is in can be written to.
 *
 * @throws OutputFileError if it cannot.
 */
export async function assertPlaceWritable(path: string): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    await namingFile(path, () => writeFile(temporary, "", { flag: "wx" }));
  } finally {
    await discard(temporary);
  }
}
