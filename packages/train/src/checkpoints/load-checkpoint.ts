import { stat } from "node:fs/promises";
import type { Tensor } from "@glissade/core";
import { systemFault } from "@glissade/core/files";
import { openSafetensors, type SafetensorsSource } from "@glissade/core/weights";
import { readTensor } from "@glissade/graph";
import type { LoadedCheckpoint } from "./checkpoint.ts";
import { hashOf, placeOf, readNotes } from "./checkpoint-contents.ts";
import { CheckpointError, type CheckpointFault } from "./checkpoint-error.ts";
import { listCheckpoints } from "./checkpoint-files.ts";

export interface LoadCheckpointOptions {
  readonly signal?: AbortSignal;
}

/**
 * Reads a checkpoint: a file, or the newest good one of a run's folder.
 *
 * @throws CheckpointError where there is none, or it is damaged or no training checkpoint. @throws
 * the signal's reason where aborted.
 * @example `const { step, tensors, state } = await loadCheckpoint("runs/emoji");`
 */
export async function loadCheckpoint(
  path: string,
  options: LoadCheckpointOptions = {},
): Promise<LoadedCheckpoint> {
  if (!(await stat(path).catch(() => undefined))?.isDirectory()) return loadFile(path, options);
  const latest = await latestCheckpoint(path, options);
  if (!latest)
    throw new CheckpointError({
      path,
      fault: "missing",
      reason: "the folder has no checkpoint",
      advice: "Give the folder of a run that has written one.",
    });
  return latest;
}

/**
 * The newest checkpoint of a run that can be read; undefined where it has none. Damaged ones and
 * files that only look like one are passed over, with a warning.
 *
 * @throws CheckpointError where there are checkpoints and none is good: to begin anew should be a
 * decision. @throws the signal's reason where aborted.
 */
export async function latestCheckpoint(
  runFolder: string,
  options: LoadCheckpointOptions = {},
): Promise<LoadedCheckpoint | undefined> {
  const warnings: string[] = [];
  let newest: CheckpointError | undefined;
  for (const { path } of await listCheckpoints(runFolder)) {
    try {
      return { ...(await loadFile(path, options)), warnings };
    } catch (error) {
      if (
        !CheckpointError.isInstance(error) ||
        !(error.fault === "damaged" || error.fault === "foreign")
      )
        throw error;
      newest ??= error;
      warnings.push(`${path} is passed over: ${error.reason}.`);
    }
  }
  if (newest) throw newest;
  return undefined;
}

async function loadFile(
  path: string,
  { signal }: LoadCheckpointOptions,
): Promise<LoadedCheckpoint> {
  signal?.throwIfAborted();
  const file = await reading(path, () => openSafetensors(path));
  try {
    const notes = readNotes(file.metadata);
    if (typeof notes === "string") throw refused(path, "foreign", notes);
    const values = await reading(path, () => readValues(file, signal), signal);
    if (!values || hashOf(values.values()) !== notes.sha256)
      throw refused(
        path,
        "damaged",
        "its arrays are not those that were saved: the checksum differs",
      );
    const tensors = new Map(notes.groups.map((group) => [group, new Map<string, Float32Array>()]));
    for (const [tensorName, { data }] of values) {
      const { group, name } = placeOf(tensorName);
      tensors.get(group)?.set(name, data);
    }
    return { path, step: notes.step, tensors, state: notes.state, warnings: [] };
  } finally {
    await file.dispose();
  }
}

/** Undefined where one is not of float32. */
async function readValues(
  file: SafetensorsSource,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, Tensor<"float32">> | undefined> {
  const values = new Map<string, Tensor<"float32">>();
  for (const name of file.names) {
    signal?.throwIfAborted();
    const read = await readTensor(file, name);
    if (read.dtype !== "float32") return undefined;
    values.set(name, read);
  }
  return values;
}

async function reading<T>(
  path: string,
  action: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (!(cause instanceof Error) || (signal?.aborted && cause === signal.reason)) throw cause;
    const fault = systemFault(cause);
    if (fault === "ENOENT") throw refused(path, "missing", "there is no such checkpoint", cause);
    if (fault !== undefined && fault !== "EIO")
      throw refused(path, "unreadable", `the checkpoint cannot be read (${fault})`, cause);
    if (cause instanceof RangeError || cause.cause instanceof RangeError)
      throw refused(path, "unreadable", "there is not enough memory for its arrays", cause);
    throw refused(path, "damaged", "reason" in cause ? String(cause.reason) : cause.message, cause);
  }
}

const advice = {
  missing: "Check the path.",
  unreadable: "Check that you may read it and that the memory suffices.",
  damaged: "It is cut off, changed, or not a checkpoint at all: resume from an earlier one.",
  foreign: "Give a file that training wrote, or the folder of a run.",
} satisfies Partial<Record<CheckpointFault, string>>;

function refused(
  path: string,
  fault: keyof typeof advice,
  reason: string,
  cause?: unknown,
): CheckpointError {
  return new CheckpointError({ path, fault, reason, advice: advice[fault], cause });
}
