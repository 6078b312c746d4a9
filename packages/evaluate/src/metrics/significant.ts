/** A number for reading, with so many significant digits; a dash where it is none. */
export function significant(value: number | undefined, digits: number): string {
  if (value === undefined || !Number.isFinite(value)) return "–";
  return Math.abs(value) >= 10 ** digits ? String(Math.round(value)) : value.toPrecision(digits);
}
