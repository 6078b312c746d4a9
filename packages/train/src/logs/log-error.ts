import { GlissadeError } from "@glissade/core";
import { systemFault, writingAdvice } from "@glissade/core/files";

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
  const fault = systemFault(cause);
  const reason = `it cannot be written (${fault ?? cause})`;
  return new LogError({ path, reason, advice: writingAdvice(fault), cause });
}
