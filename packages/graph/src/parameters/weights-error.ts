import { display, GlissadeError } from "../errors.ts";

/**
 * A weight file is missing, truncated, corrupt or malicious, or a weight is not what was expected.
 *
 * @example
 * ```ts
 * try { await openWeights("base.pt"); } catch (error) {
 *   if (WeightsError.isInstance(error)) console.error(error.file, error.tensor, error.reason, error.advice);
 * }
 * ```
 */
export class WeightsError extends GlissadeError {
  static override readonly code: string = "WeightsError";

  /** The file, as the caller named it. */
  readonly file: string | undefined;
  /** The tensor concerned, by its name in the file. */
  readonly tensor: string | undefined;
  /** What is wrong, in words and without a full stop. */
  readonly reason: string;
  /** What to do about it, where something can be said. */
  readonly advice: string | undefined;

  constructor({
    file,
    tensor,
    reason,
    advice,
    cause,
  }: {
    file?: string | undefined;
    tensor?: string | undefined;
    reason: string;
    advice?: string | undefined;
    cause?: unknown;
  }) {
    const place = [file, tensor === undefined ? undefined : `tensor ${display(tensor)}`]
      .filter((part) => part !== undefined)
      .join(", ");
    super(`${place ? `${place}: ` : ""}${reason}.${advice ? ` ${advice}` : ""}`, { cause });
    this.file = file;
    this.tensor = tensor;
    this.reason = reason;
    this.advice = advice;
  }
}
