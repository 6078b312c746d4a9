import { GlissadeError } from "@glissade/core";

/** What a database of votes can fail by. */
export type ArenaStoreFault =
  /** This Node has no SQLite, and the package that brings it is not installed. */
  | "no-sqlite"
  /** There is no file, where one was to be read. */
  | "missing"
  /** The file is no database, or one of another program. */
  | "foreign"
  /** A later version of glissade has written it. */
  | "newer"
  /**
   * Another process is writing, and did not finish in time. What was to be stored can be stored
   * later.
   */
  | "locked"
  /** It cannot be opened, read or written: permissions, a full disk, damage. */
  | "unusable";

/** A database of votes cannot be opened, read or written. */
export class ArenaStoreError extends GlissadeError {
  static override readonly code: string = "ArenaStoreError";

  readonly fault: ArenaStoreFault;

  constructor(fault: ArenaStoreFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

/**
 * Images cannot compete: a folder is empty, names do not match, a file is no image, captions
 * are missing.
 */
export class ContestantsError extends GlissadeError {
  static override readonly code: string = "ContestantsError";
}

/** The arena's server cannot listen where it was asked to. */
export class ArenaServerError extends GlissadeError {
  static override readonly code: string = "ArenaServerError";
}
