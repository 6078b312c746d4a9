import { GlissadeError } from "@glissade/core";

/** A log or a report of a training run cannot be written or read. */
export class LogError extends GlissadeError {
  static override readonly code: string = "LogError";

  readonly path: string;
  /** What is wrong, in words and without a full stop. */
  readonly reason: string;
  /** What to do about it. */
  readonly advice: string;

  constructor({
    path,
    reason,
    advice,
    cause,
  }: { path: string; reason: string; advice: string; cause?: unknown }) {
    super(`${path}: ${reason}. ${advice}`, { cause });
    this.path = path;
    this.reason = reason;
    this.advice = advice;
  }
}

/** The system's refusal to write a file, as a LogError. */
export function writingFault(path: string, cause: unknown): LogError {
  const fault = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
  const advice =
    fault === "ENOSPC" || fault === "EDQUOT"
      ? "The disk is full: free space on it."
      : "Check that the folder exists and may be written to.";
  return new LogError({ path, reason: `it cannot be written (${fault})`, advice, cause });
}
