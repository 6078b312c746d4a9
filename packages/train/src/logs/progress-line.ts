import { duration } from "./duration.ts";

export interface Progress {
  readonly step: number;
  readonly steps: number;
  readonly loss?: number | undefined;
  readonly gradientNorm?: number | undefined;
  readonly samplesPerSecond?: number | undefined;
  /** Seconds that are left. */
  readonly eta?: number | undefined;
  readonly skipped?: number | undefined;
}

/**
 * `step 1200/6000 loss 0.0612 grad 0.41 39.8 samples/s eta 1 h 12 min skipped 2`; what is not
 * known, and a skipped 0, is left out.
 */
export function progressLine({
  step,
  steps,
  loss,
  gradientNorm,
  samplesPerSecond,
  eta,
  skipped = 0,
}: Progress): string {
  const parts = [
    `step ${String(step).padStart(String(steps).length)}/${steps}`,
    loss === undefined ? "" : `loss ${number(loss, 3)}`,
    gradientNorm === undefined ? "" : `grad ${number(gradientNorm, 2)}`,
    samplesPerSecond === undefined ? "" : `${number(samplesPerSecond, 3)} samples/s`,
    eta === undefined ? "" : `eta ${duration(eta)}`,
    skipped > 0 ? `skipped ${skipped}` : "",
  ];
  return parts.filter((part) => part !== "").join("  ");
}

/** So many significant digits; as a power of ten where it would be long. */
function number(value: number, digits: number): string {
  if (!Number.isFinite(value) || value === 0) return String(value);
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e6) return value.toExponential(digits - 1);
  return value.toFixed(Math.max(digits - 1 - Math.floor(Math.log10(size)), 0));
}
