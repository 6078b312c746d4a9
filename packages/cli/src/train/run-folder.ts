import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { assertFileWritable } from "@glissade/core/files";
import { isRunFolder } from "@glissade/train";
import { faultOf, OutputError } from "../errors.ts";

/**
 * Refuses a folder that a new run cannot have: another run's, or one with other things in it.
 *
 * @throws OutputError
 */
export async function assertFreeForRun(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (!found) return;
  if (!found.isDirectory())
    throw new OutputError(`${folder} is a file; a run is a folder. Choose another --out.`);
  const entries = await readdir(folder);
  if (entries.length === 0) return;
  if (entries.includes("log.jsonl") || (await isRunFolder(folder)))
    throw new OutputError(
      `${folder} holds a training run already. Go on with it (--resume), or choose another --out.`,
    );
  throw new OutputError(`${folder} is a folder with other things in it. Choose another --out.`);
}

/**
 * Makes a run's folder where it is missing, and makes sure that it can be written to. @throws
 * OutputError
 */
export async function prepareRunFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new OutputError(`${folder} cannot be made (${faultOf(cause)}). Choose another --out.`, {
      cause,
    });
  }
  await assertFileWritable(join(folder, "run.json"));
}
