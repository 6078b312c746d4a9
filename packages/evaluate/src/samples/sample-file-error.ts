import { GlissadeError } from "@glissade/core";

/**
 * A set of images that cannot be read or written: a missing or empty folder, a damaged or foreign
 * file.
 */
export class SampleFileError extends GlissadeError {
  static override readonly code: string = "SampleFileError";

  readonly file: string;
  readonly reason: string;

  constructor({
    file,
    reason,
    advice,
    cause,
  }: { file: string; reason: string; advice: string; cause?: unknown }) {
    super(`${file} ${reason}. ${advice}`, { cause });
    this.file = file;
    this.reason = reason;
  }
}
