import { GlissadeError } from "@glissade/core";

/**
 * What went wrong: `space`, the disk is (or would be) full; `unwritable`, the file cannot be
 * written for another reason; `missing`, there is no checkpoint; `unreadable`, the system does not
 * give the file; `damaged`, it is cut off or changed; `foreign`, it is no training checkpoint of a
 * known version; `config`, it belongs to a run with other settings.
 */
export type CheckpointFault =
  | "space"
  | "unwritable"
  | "missing"
  | "unreadable"
  | "damaged"
  | "foreign"
  | "config";

export interface CheckpointErrorDetails {
  readonly path: string;
  readonly fault: CheckpointFault;
  readonly reason: string;
  readonly advice: string;
  readonly neededBytes?: number | undefined;
  readonly freeBytes?: number | undefined;
  readonly cause?: unknown;
}

/**
 * A training checkpoint cannot be written or read.
 *
 * @example
 * ```ts
 * try { await saveCheckpoint(folder, checkpoint); } catch (error) {
 *   if (CheckpointError.isInstance(error) && error.fault === "space") console.error(error.neededBytes, error.freeBytes);
 * }
 * ```
 */
export class CheckpointError extends GlissadeError {
  // Longer than the class's name: the command line has an error of that name for weight files, and
  // `isInstance` goes by the code.
  static override readonly code: string = "TrainingCheckpointError";

  /** The file or folder concerned. */
  readonly path: string;
  readonly fault: CheckpointFault;
  /** What is wrong, in words and without a full stop. */
  readonly reason: string;
  /** What to do about it. */
  readonly advice: string;
  /** Free space that a checkpoint needs, where space is the matter. */
  readonly neededBytes: number | undefined;
  /** Free space that there was, where it is known. */
  readonly freeBytes: number | undefined;

  constructor({
    path,
    fault,
    reason,
    advice,
    neededBytes,
    freeBytes,
    cause,
  }: CheckpointErrorDetails) {
    super(`${path}: ${reason}. ${advice}`, { cause });
    this.path = path;
    this.fault = fault;
    this.reason = reason;
    this.advice = advice;
    this.neededBytes = neededBytes;
    this.freeBytes = freeBytes;
  }
}
