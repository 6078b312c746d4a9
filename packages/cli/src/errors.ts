import { GlissadeError, InvalidArgumentError, UnknownNameError } from "@glissade/core";
import { systemFault } from "@glissade/core/files";

/**
 * The command line does not follow the command's usage: an option without its value, an argument
 * too few or too many.
 */
export class UsageError extends GlissadeError {
  static override readonly code: string = "UsageError";
}

/** Something else is where a file or folder was to be written, or its folder cannot be made. */
export class OutputError extends GlissadeError {
  static override readonly code: string = "OutputError";
}

/** A checkpoint is of no known architecture, or does not fit the one it is said to have. */
export class CheckpointError extends GlissadeError {
  static override readonly code: string = "CheckpointError";
}

/** The program was asked to stop by a signal. */
export class InterruptedError extends GlissadeError {
  static override readonly code: string = "InterruptedError";

  /** By shells' convention 128 and the signal's number: 130 after Ctrl-C. */
  readonly exitCode: number;

  constructor(exitCode: number) {
    super("Interrupted.");
    this.exitCode = exitCode;
  }
}

/** 2 where the command line has to be changed for it to work, 1 for everything else that fails. */
export function exitCodeOf(error: unknown): number {
  if (InterruptedError.isInstance(error)) return error.exitCode;
  const isUsage =
    UsageError.isInstance(error) ||
    InvalidArgumentError.isInstance(error) ||
    UnknownNameError.isInstance(error);
  return isUsage ? 2 : 1;
}

/**
 * Runs `read`; what it refuses a file's values for gets the file's name. @throws CheckpointError
 */
export function inFile<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new CheckpointError(`${path}: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}

/** The system's code for a fault, such as `ENOENT`, or the error in words. */
export function faultOf(error: unknown): string {
  return systemFault(error) ?? String(error);
}
