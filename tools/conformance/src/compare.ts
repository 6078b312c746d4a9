import { isDeepStrictEqual } from "node:util";
import { display } from "@glissade/graph";
import { type Check, NotSupported, type Tolerance } from "./case.ts";

/** A result that differs from the reference by more than the tolerance. */
export class Mismatch extends Error {}

/**
 * The comparisons of one case: fails at the first array that differs, and remembers the worst error
 * of all.
 */
export class Comparison implements Check {
  /** Largest |actual - expected| seen; undefined before anything was compared. */
  maxAbsoluteError: number | undefined;
  /** Largest |actual - expected| / |expected| seen, where expected is not 0. */
  maxRelativeError: number | undefined;
  /** How many comparisons were made. */
  count = 0;
  readonly #tolerance: Tolerance | undefined;

  /** @param tolerance the case's own; without one, values have to be equal. */
  constructor(tolerance: Tolerance | undefined) {
    this.#tolerance = tolerance;
  }

  close(
    what: string,
    actual: ArrayLike<number | bigint>,
    expected: ArrayLike<number | bigint>,
    tolerance = this.#tolerance,
  ): void {
    const { atol, rtol } = bounds(what, tolerance);
    this.#compare(what, actual, expected, (value) => atol + rtol * Math.abs(value));
  }

  closeToScale(
    what: string,
    actual: ArrayLike<number>,
    expected: ArrayLike<number>,
    tolerance = this.#tolerance,
  ): void {
    const { atol, rtol } = bounds(what, tolerance);
    const scale = Array.from(expected).reduce(
      (largest, value) => Math.max(largest, Math.abs(value)),
      0,
    );
    this.#compare(what, actual, expected, () => atol + rtol * scale);
  }

  equal(what: string, actual: unknown, expected: unknown): void {
    this.count++;
    const equal =
      isNumeric(actual) && isNumeric(expected)
        ? sameNumbers(actual, expected)
        : isDeepStrictEqual(actual, expected) && !holdsNaN(actual);
    if (!equal) throw new Mismatch(`${what} is ${image(actual)}, expected ${image(expected)}`);
  }

  #compare(
    what: string,
    actual: ArrayLike<number | bigint>,
    expected: ArrayLike<number | bigint>,
    allowance: (expected: number) => number,
  ): void {
    this.count++;
    if (actual.length !== expected.length)
      throw new Mismatch(`${what} has ${actual.length} values, expected ${expected.length}`);
    let beyond = 0;
    let worst = { index: -1, excess: 0 };
    for (let i = 0; i < expected.length; i++) {
      const error = distance(actual[i] as number | bigint, expected[i] as number | bigint);
      const magnitude = Math.abs(Number(expected[i]));
      this.#record(error, magnitude);
      const excess = error - allowance(Number(expected[i]));
      if (error === 0 || excess <= 0) continue; // written so that a NaN does not pass
      beyond++;
      if (worst.index === -1 || excess > worst.excess) worst = { index: i, excess };
    }
    if (beyond === 0) return;
    const { index } = worst;
    const allowed = allowance(Number(expected[index])).toExponential(2);
    throw new Mismatch(
      `${what}[${index}] is ${actual[index]}, expected ${expected[index]} (allowed ${allowed}; ${beyond} of ${expected.length} values differ by more)`,
    );
  }

  #record(error: number, magnitude: number): void {
    this.maxAbsoluteError = larger(this.maxAbsoluteError, error);
    if (error === 0) this.maxRelativeError ??= 0;
    else if (magnitude > 0)
      this.maxRelativeError = larger(this.maxRelativeError, error / magnitude);
  }
}

/** NaN counts as larger than anything, so that it stays visible. */
function larger(seen: number | undefined, value: number): number {
  return seen === undefined || value > seen || Number.isNaN(value) ? value : seen;
}

/**
 * |a - b|; 0 for equal infinities, NaN where either is NaN. Integers of 64 bits are subtracted as such.
 */
function distance(a: number | bigint, b: number | bigint): number {
  if (typeof a === "number" && typeof b === "number") return a === b ? 0 : Math.abs(a - b);
  if (!isWhole(a) || !isWhole(b)) return Math.abs(Number(a) - Number(b));
  const difference = BigInt(a) - BigInt(b);
  return Number(difference < 0n ? -difference : difference);
}

function isWhole(value: number | bigint): boolean {
  return typeof value === "bigint" || Number.isSafeInteger(value);
}

function bounds(what: string, tolerance: Tolerance | undefined): { atol: number; rtol: number } {
  const { atol = 0, rtol = 0 } = tolerance ?? {};
  if (typeof atol !== "number" || typeof rtol !== "number")
    throw new NotSupported(
      `the manifest states the tolerance of ${what} in words, and the set does not give it as a number`,
    );
  return { atol, rtol };
}

function isNumeric(value: unknown): value is ArrayLike<number | bigint> {
  return (
    (Array.isArray(value) &&
      value.every((entry) => typeof entry === "number" || typeof entry === "bigint")) ||
    (ArrayBuffer.isView(value) && !(value instanceof DataView))
  );
}

/** Whether two arrays, of whatever type, hold the same numbers. */
function sameNumbers(a: ArrayLike<number | bigint>, b: ArrayLike<number | bigint>): boolean {
  return (
    a.length === b.length &&
    Array.from(a).every((value, i) => distance(value, b[i] as number | bigint) === 0)
  );
}

function holdsNaN(value: unknown): boolean {
  if (typeof value === "number") return Number.isNaN(value);
  return typeof value === "object" && value !== null && Object.values(value).some(holdsNaN);
}

function image(value: unknown): string {
  if (!isNumeric(value))
    return typeof value === "object" && value !== null
      ? JSON.stringify(value).slice(0, 200)
      : display(value);
  const shown = Array.from(value).slice(0, 8).join(", ");
  return value.length > 8 ? `[${shown}, ... ${value.length} in all]` : `[${shown}]`;
}
