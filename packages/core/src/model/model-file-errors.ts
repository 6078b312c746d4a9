import { GlissadeError } from "@glissade/graph";

/**
 * There is no model where it was looked for.
 *
 * @example
 * ```ts
 * try { await loadGlide("@glissade/model-emoji", options); } catch (error) {
 *   if (ModelNotFoundError.isInstance(error)) console.error(error.tried);
 * }
 * ```
 */
export class ModelNotFoundError extends GlissadeError {
  static override readonly code: string = "ModelNotFoundError";

  /** What was asked for. */
  readonly source: string;
  /** Every place that was looked at, and why it did not do. */
  readonly tried: readonly string[];

  constructor({
    source,
    tried,
    advice,
  }: { source: string; tried: readonly string[]; advice: string }) {
    super(`There is no model ${JSON.stringify(source)}. Tried: ${tried.join("; ")}. ${advice}`);
    this.source = source;
    this.tried = tried;
  }
}

export interface ModelFileErrorDetails {
  readonly model: string;
  readonly path: string;
  readonly reason: string;
  readonly advice?: string;
  readonly status?: number;
  readonly loadedBytes?: number;
  readonly cause?: unknown;
}

/** A file of a model is missing, cannot be fetched, is too large, or is not what its name says. */
export class ModelFileError extends GlissadeError {
  static override readonly code: string = "ModelFileError";

  /** The model, as in {@link ModelFiles.label}. */
  readonly model: string;
  /** The file's path in the model. */
  readonly path: string;
  readonly reason: string;
  /** The HTTP status, where a server gave one. */
  readonly status: number | undefined;
  /** How many bytes of the file had arrived, where the connection broke. */
  readonly loadedBytes: number | undefined;

  constructor({ model, path, reason, advice, status, loadedBytes, cause }: ModelFileErrorDetails) {
    super(`${path} of the model ${model}: ${reason}.${advice ? ` ${advice}` : ""}`, { cause });
    this.model = model;
    this.path = path;
    this.reason = reason;
    this.status = status;
    this.loadedBytes = loadedBytes;
  }
}

/** A file arrived whole and is not the one that was expected. Nothing of it is kept. */
export class ModelFileMismatchError extends ModelFileError {
  static override readonly code: string = "ModelFileMismatchError";

  /** The SHA-256 in hex, or the length: `"1024 bytes"`. */
  readonly expected: string;
  readonly received: string;

  constructor({
    expected,
    received,
    ...file
  }: { model: string; path: string; expected: string; received: string }) {
    const what = expected.endsWith("bytes") ? "" : "SHA-256 ";
    super({
      ...file,
      reason: `what arrived has ${what}${received}, expected ${what}${expected}`,
      advice: "The server has another version of the file, or something between changes it.",
    });
    this.expected = expected;
    this.received = received;
  }
}
