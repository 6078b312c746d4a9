import { display, errorCodes, GlissadeError, withErrorCodes } from "@glissade/graph";

/** An error as plain data. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** The classes by which `isInstance` knows it; none for an error that is not Glissade's. */
  readonly codes: readonly string[];
  /** Its public fields; what cannot be sent, in words. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly cause: SentError | undefined;
}

/** Errors in causes of causes further than this are left out. */
const deepestCause = 8;

export function encodeError(error: unknown, depth = 0): SentError {
  if (!(error instanceof Error))
    return {
      name: "Error",
      message: display(error),
      stack: undefined,
      codes: [],
      fields: {},
      cause: undefined,
    };
  const fields = Object.fromEntries(
    Object.entries(error)
      .filter(([field]) => field !== "name")
      .map(([field, value]) => [field, cloneable(value) ? value : display(value)]),
  );
  const cause =
    error.cause === undefined || depth >= deepestCause
      ? undefined
      : encodeError(error.cause, depth + 1);
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    codes: errorCodes(error),
    fields,
    cause,
  };
}

/**
 * The error again: one of Glissade's keeps its class, in that its class's `isInstance` knows it,
 * and its fields.
 */
export function decodeError({ name, message, stack, codes, fields, cause }: SentError): Error {
  const options = cause && { cause: decodeError(cause) };
  if (name === "AbortError" && codes.length === 0) return new DOMException(message, name);
  const error =
    codes.length > 0
      ? withErrorCodes(new GlissadeError(message, options), codes)
      : new Error(message, options);
  if (stack !== undefined) error.stack = stack;
  return Object.assign(error, fields, { name });
}

function cloneable(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}
