import { mkdir, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { systemFault } from "@glissade/core/files";
import { CheckpointError } from "./checkpoint-error.ts";

const finishedName = /^step-(\d{8,})\.safetensors$/;
/** What `writeSafetensors` calls a file until it is complete. */
const unfinishedName = /^\.step-\d{8,}\.safetensors\.[-0-9a-f]+\.part$/;

/** A file that by its name is a checkpoint. */
export interface CheckpointFile {
  readonly path: string;
  readonly step: number;
}

/** `step-00001200.safetensors` */
export function checkpointName(step: number): string {
  return `step-${String(step).padStart(8, "0")}.safetensors`;
}

/**
 * The checkpoints of a run by their names, the newest first; none where there is no such folder.
 */
export async function listCheckpoints(folder: string): Promise<CheckpointFile[]> {
  const files = (await namesIn(folder)).flatMap((name) => {
    const step = finishedName.exec(name)?.[1];
    return step === undefined ? [] : [{ path: join(folder, name), step: Number(step) }];
  });
  return files.sort((a, b) => b.step - a.step);
}

/**
 * Makes a run's folder ready: makes it where it is missing and removes what a killed run left
 * unfinished. Call it once when a run begins, before its first checkpoint, and not while another
 * run writes there.
 *
 * @param resumeAt the step that the run goes on from: checkpoints of later steps belong to what is
 * given up, and are removed
 * @returns the paths of the files that were removed
 * @throws CheckpointError where the folder cannot be made or read.
 */
export async function prepareCheckpointFolder(
  folder: string,
  { resumeAt = Infinity }: { readonly resumeAt?: number } = {},
): Promise<string[]> {
  try {
    await mkdir(folder, { recursive: true });
    const unfinished = (await namesIn(folder))
      .filter((name) => unfinishedName.test(name))
      .map((name) => join(folder, name));
    const given = (await listCheckpoints(folder))
      .filter(({ step }) => step > resumeAt)
      .map(({ path }) => path);
    const removed = [...unfinished, ...given];
    for (const path of removed) await rm(path, { force: true });
    return removed;
  } catch (cause) {
    if (CheckpointError.isInstance(cause)) throw cause;
    throw new CheckpointError({
      path: folder,
      fault: "unwritable",
      reason: `the folder for checkpoints cannot be made ready (${systemFault(cause) ?? cause})`,
      advice: "Choose a folder that you may write to.",
      cause,
    });
  }
}

/**
 * Removes the checkpoints up to a step but for the newest `keep`. One that cannot be removed stays:
 * the next one is tried again after the next save.
 */
export async function removeOldCheckpoints(
  folder: string,
  { step, keep }: { readonly step: number; readonly keep: number },
): Promise<void> {
  const old = (await listCheckpoints(folder)).filter((file) => file.step <= step).slice(keep);
  for (const { path } of old) await rm(path, { force: true }).catch(() => {});
}

/**
 * Makes the names in a folder durable; where the system has no such call for folders (Windows),
 * nothing is done.
 */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    if (systemFault(cause) === "ENOENT") return [];
    throw new CheckpointError({
      path: folder,
      fault: "unreadable",
      reason: `the folder cannot be read (${systemFault(cause) ?? cause})`,
      advice: "Give the folder of a training run that you may read.",
      cause,
    });
  }
}
