import { join } from "node:path";
import { InvalidArgumentError } from "@glissade/core";
import { systemFault, writingAdvice } from "@glissade/core/files";
import { openSafetensors, writeSafetensors } from "@glissade/core/weights";
import { byteLength } from "@glissade/graph";
import type { Checkpoint } from "./checkpoint.ts";
import { type CheckpointContents, contentsOf } from "./checkpoint-contents.ts";
import { CheckpointError } from "./checkpoint-error.ts";
import { checkpointName, removeOldCheckpoints, syncFolder } from "./checkpoint-files.ts";
import { assertFreeSpace, freeBytesIn, noSpace } from "./free-space.ts";

export interface SaveCheckpointOptions {
  /** How many to keep, this one included; all with `Infinity`. */
  readonly keep?: number;
  /** Bytes that may be written, where they are fewer than the file system says: a quota. */
  readonly freeBytes?: number;
  readonly signal?: AbortSignal;
}

/**
 * Writes `step-00001200.safetensors` in a run's folder: under a temporary name, to the disk itself,
 * then under its own name, so that the file is whole or not there. Only then are older ones
 * removed. The arrays are written from where they lie: they must not change until the promise is
 * settled.
 *
 * Whatever fails, the checkpoints that were there stay.
 *
 * @returns the path of the file
 * @throws CheckpointError where there is no space or the file cannot be written. @throws
 * InvalidArgumentError where the state would not survive JSON.
 * @throws the signal's reason where aborted.
 * @example `await saveCheckpoint("runs/emoji", { step, tensors: { parameters, "ema-0.999": average
 * }, state }, { keep: 2, signal });`
 */
export async function saveCheckpoint(
  folder: string,
  checkpoint: Checkpoint,
  { keep = 2, freeBytes, signal }: SaveCheckpointOptions = {},
): Promise<string> {
  if (!(keep === Infinity || (Number.isSafeInteger(keep) && keep >= 1)))
    throw new InvalidArgumentError({
      argument: "keep",
      received: keep,
      expected: "a whole number from 1, or Infinity",
    });
  signal?.throwIfAborted();
  const contents = contentsOf(checkpoint);
  const path = join(folder, checkpointName(checkpoint.step));
  const neededBytes = bytesOf(contents);
  await assertFreeSpace(folder, neededBytes, freeBytes);
  try {
    await writeSafetensors(path, contents.tensors, {
      metadata: contents.metadata,
      ...(signal && { signal }),
    });
    await syncFolder(folder);
    // Opening it compares what its header describes with the size of the file.
    await (await openSafetensors(path)).dispose();
  } catch (cause) {
    if (signal?.aborted && cause === signal.reason) throw cause;
    throw await writingError(path, neededBytes, cause);
  }
  await removeOldCheckpoints(folder, { step: checkpoint.step, keep });
  return path;
}

/** Bytes that a checkpoint takes on the disk, to within its header's padding: never too few. */
export function checkpointBytes(checkpoint: Checkpoint): number {
  return bytesOf(contentsOf(checkpoint));
}

/**
 * A tensor's entry in the header besides its name and sizes, and the header's own padding, rounded
 * up.
 */
const entryBytes = 120;

function bytesOf({ tensors, metadata }: CheckpointContents): number {
  // Twice: the notes are JSON within JSON, where quotes are escaped.
  let bytes = 4096 + 2 * Buffer.byteLength(JSON.stringify(metadata));
  for (const [name, tensor] of tensors)
    bytes += byteLength(tensor) + 2 * Buffer.byteLength(JSON.stringify(name)) + entryBytes;
  return bytes;
}

async function writingError(
  path: string,
  neededBytes: number,
  cause: unknown,
): Promise<CheckpointError> {
  const fault = systemFault(cause);
  if (fault === "ENOSPC" || fault === "EDQUOT")
    return noSpace({ path, neededBytes, freeBytes: await freeBytesIn(join(path, "..")), cause });
  return new CheckpointError({
    path,
    fault: "unwritable",
    reason: `the checkpoint of ${neededBytes} bytes cannot be written (${fault ?? (cause instanceof Error ? cause.message : String(cause))})`,
    advice: `${writingAdvice(fault, "Choose another folder.")} The checkpoints that are there stay as they are.`,
    neededBytes,
    cause,
  });
}
