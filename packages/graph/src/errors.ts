const codesKey = Symbol.for("glissade.error.codes");

type ErrorClass<T> = { readonly code: string; readonly prototype: T };

/**
 * The base of every error that Glissade throws on purpose.
 *
 * `isInstance` works where `instanceof` does not: when two copies of a package are loaded (a
 * bundler, a worker, two versions).
 *
 * @example
 * ```ts
 * try { await glide.generate({ prompt: "" }); } catch (error) {
 *   if (InvalidArgumentError.isInstance(error)) console.error(error.argument, error.expected);
 * }
 * ```
 */
export class GlissadeError extends Error {
  static readonly code: string = "GlissadeError";

  readonly [codesKey]: readonly string[];

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    const codes: string[] = [];
    for (let type: { code?: string } = new.target; type.code; type = Object.getPrototypeOf(type))
      codes.push(type.code);
    this[codesKey] = codes;
    this.name = codes[0] ?? "GlissadeError"; // not constructor.name: minifiers rename classes
  }

  static isInstance<T>(this: ErrorClass<T>, error: unknown): error is T {
    return (
      typeof error === "object" &&
      error !== null &&
      codesKey in error &&
      Array.isArray(error[codesKey]) &&
      error[codesKey].includes(this.code)
    );
  }
}

/**
 * The codes of the classes that an error belongs to, the nearest first; none where it is not
 * Glissade's.
 */
export function errorCodes(error: Error): readonly string[] {
  return GlissadeError.isInstance(error) ? error[codesKey] : [];
}

/**
 * The error as one of the classes of these codes, which may be unknown here: for an error that
 * another thread has thrown.
 */
export function withErrorCodes(error: GlissadeError, codes: readonly string[]): GlissadeError {
  return Object.defineProperty(error, codesKey, { value: codes });
}

/** An argument has the wrong type or lies outside its range. */
export class InvalidArgumentError extends GlissadeError {
  static override readonly code: string = "InvalidArgumentError";

  /** The argument's name as the caller wrote it, e.g. `"steps"`. */
  readonly argument: string;
  /** What was given. */
  readonly received: unknown;
  /** What would have been accepted, in words. */
  readonly expected: string;

  constructor({
    argument,
    received,
    expected,
    hint,
    cause,
  }: { argument: string; received: unknown; expected: string; hint?: string; cause?: unknown }) {
    super(`${argument} is ${display(received)}; expected ${expected}.${hint ? ` ${hint}` : ""}`, {
      cause,
    });
    this.argument = argument;
    this.received = received;
    this.expected = expected;
  }
}

/** A name that is not in the list of known ones: a sampler, a schedule, an execution provider. */
export class UnknownNameError extends GlissadeError {
  static override readonly code: string = "UnknownNameError";

  /** What sort of thing was asked for, e.g. `"sampler"`. */
  readonly kind: string;
  readonly asked: string;
  readonly known: readonly string[];

  constructor({ kind, asked, known }: { kind: string; asked: unknown; known: readonly string[] }) {
    const name = typeof asked === "string" ? asked : display(asked);
    const [near] = known
      .map((candidate) => ({ candidate, distance: editDistance(candidate, name.toLowerCase()) }))
      .filter(({ distance }) => distance <= 2)
      .sort((a, b) => a.distance - b.distance);
    super(
      `There is no ${kind} ${JSON.stringify(name)}; known: ${known.join(", ")}.${near ? ` Did you mean ${JSON.stringify(near.candidate)}?` : ""}`,
    );
    this.kind = kind;
    this.asked = name;
    this.known = known;
  }
}

/** @throws InvalidArgumentError where the value is no whole number from 1. */
export function assertPositiveInteger(argument: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError({ argument, received: value, expected: "a positive integer" });
}

/** A pipeline, a backend or a compiled graph was used after `dispose()`. */
export class DisposedError extends GlissadeError {
  static override readonly code: string = "DisposedError";

  constructor(what: string) {
    super(`${what} was disposed of and can no longer be used.`);
  }
}

/** A short image of any value for an error message: never throws, never long. */
export function display(value: unknown): string {
  if (typeof value === "string")
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  if (Array.isArray(value))
    return value.length <= 8 && value.every((entry) => typeof entry === "number")
      ? `[${value.join(", ")}]`
      : `an array of ${value.length}`;
  if (typeof value === "object" && value !== null)
    return `an object of type ${value.constructor?.name ?? "Object"}`;
  return String(value);
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
