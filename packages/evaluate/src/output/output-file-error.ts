import { GlissadeError } from "@glissade/core";

/** A file of a report cannot be written: the disk is full, the folder is someone else's. */
export class OutputFileError extends GlissadeError {
  static override readonly code: string = "OutputFileError";

  readonly path: string;

  constructor(path: string, cause: unknown) {
    super(
      `${path} cannot be written (${cause instanceof Error ? cause.message : cause}). Choose a folder that you may write to, on a disk with room.`,
      {
        cause,
      },
    );
    this.path = path;
  }
}
