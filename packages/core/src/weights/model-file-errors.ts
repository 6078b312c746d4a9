import { GlissadeError } from "../errors.ts";

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

  constructor({ source, tried, advice }: { source: string; tried: readonly string[]; advice: string }) {
    super(`There is no model ${JSON.stringify(source)}. Tried: ${tried.join("; ")}. ${advice}`);
    this.source = source;
    this.tried = tried;
  }
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

  constructor({
    model,
    path,
    reason,
    advice,
    status,
    cause,
  }: { model: string; path: string; reason: string; advice?: string; status?: number; cause?: unknown }) {
    super(`${path} of the model ${model}: ${reason}.${advice ? ` ${advice}` : ""}`, { cause });
    this.model = model;
    this.path = path;
    this.reason = reason;
    this.status = status;
  }
}
