import { GlissadeError } from "@glissade/core";

/** A package of pictures or captions could not be had, or is not the one that was pinned. */
export class SourceError extends GlissadeError {
  static override readonly code: string = "SourceError";

  /** The package's name. */
  readonly source: string;

  constructor({
    source,
    problem,
    hint,
    cause,
  }: { source: string; problem: string; hint: string; cause?: unknown }) {
    super(`${source} ${problem}. ${hint}`, { cause });
    this.source = source;
  }
}

/** A folder does not hold a complete data set, or one of another format. */
export class DataFolderError extends GlissadeError {
  static override readonly code: string = "DataFolderError";

  readonly folder: string;

  constructor({
    folder,
    problem,
    hint,
    cause,
  }: { folder: string; problem: string; hint: string; cause?: unknown }) {
    super(`${folder} ${problem}. ${hint}`, { cause });
    this.folder = folder;
  }
}
