import { GlissadeError } from "@glissade/core";

/**
 * A network cannot be put into a model folder: it holds something else, or a network that does not
 * belong with it.
 */
export class ModelOutputError extends GlissadeError {
  static override readonly code: string = "ModelOutputError";

  /** The model folder. */
  readonly folder: string;
  /** What is wrong, in words and without a full stop. */
  readonly reason: string;

  constructor({
    folder,
    reason,
    advice,
    cause,
  }: { folder: string; reason: string; advice: string; cause?: unknown }) {
    super(`${folder}: ${reason}. ${advice}`, { cause });
    this.folder = folder;
    this.reason = reason;
  }
}
