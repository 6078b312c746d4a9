import { statfs } from "node:fs/promises";
import { CheckpointError } from "./checkpoint-error.ts";

/** Bytes that may still be written in a folder; undefined where the file system does not say. */
export async function freeBytesIn(folder: string): Promise<number | undefined> {
  const { bavail, blocks, bsize } = await statfs(folder).catch(() => ({
    bavail: 0,
    blocks: 0,
    bsize: 0,
  }));
  return blocks > 0 ? bavail * bsize : undefined;
}

/**
 * Makes sure that a folder has room, before anything is written: worth asking when a run begins,
 * hours before the first checkpoint.
 *
 * @param freeBytes what there is; asked of the file system where it is not given
 * @throws CheckpointError with `fault: "space"`.
 * @example `await assertFreeSpace(runFolder, 3 * checkpointBytes(checkpoint));`
 */
export async function assertFreeSpace(
  folder: string,
  neededBytes: number,
  freeBytes?: number,
): Promise<void> {
  const free = freeBytes ?? (await freeBytesIn(folder));
  if (free !== undefined && free < neededBytes)
    throw noSpace({ path: folder, neededBytes, freeBytes: free });
}

export function noSpace({
  path,
  neededBytes,
  freeBytes,
  cause,
}: {
  path: string;
  neededBytes: number;
  freeBytes: number | undefined;
  cause?: unknown;
}) {
  const free = freeBytes === undefined ? "" : ` and the disk has ${megabytes(freeBytes)} free`;
  return new CheckpointError({
    path,
    fault: "space",
    reason: `a checkpoint needs ${megabytes(neededBytes)}${free}`,
    advice:
      "Free space on this disk, keep fewer checkpoints, or choose a folder on another disk; the checkpoints that are there stay as they are.",
    neededBytes,
    freeBytes,
    cause,
  });
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB`;
}
