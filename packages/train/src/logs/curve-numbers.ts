/** A number on an axis or in a legend: four significant digits, no longer than it must be. */
export function curveNumber(value: number | null | undefined): string {
  if (value === null || value === undefined) return "";
  const rounded = Number(value.toPrecision(4));
  const size = Math.abs(rounded);
  const isPlain = size === 0 || (size >= 1e-3 && size < 1e6);
  return isPlain ? String(rounded) : rounded.toExponential().replace("e+", "e");
}
