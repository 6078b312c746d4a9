import { GlissadeError } from "@glissade/core";

/** A worker thread of `workerGradients` cannot do its work. */
export class GradientWorkerError extends GlissadeError {
  static override readonly code: string = "GradientWorkerError";

  /** What it said, in words. */
  readonly reason: string;

  constructor({ reason, cause }: { reason: string; cause?: unknown }) {
    super(`A training worker failed: ${reason}`, { cause });
    this.reason = reason;
  }
}
