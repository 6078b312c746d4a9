/** A guidance scale over a run: `progress` is 0 at the first, noisiest step and 1 at the last. */
export type ScaleSchedule = (progress: number) => number;

/** The same scale in every step. */
export function constantScale(scale: number): ScaleSchedule {
  return () => scale;
}

/**
 * From one scale to another in a straight line. Scales that rise during a run keep more variety
 * than a constant one.
 *
 * @see Wang et al. 2024, "Analysis of classifier-free guidance weight schedulers", arXiv 2404.13040
 * @example `classifierFree({ scale: linearScale(1, 6) })`
 */
export function linearScale(from: number, to: number): ScaleSchedule {
  return (progress) => from + (to - from) * progress;
}

/**
 * From one scale to another along half a cosine: flat at both ends.
 *
 * @see Wang et al. 2024, "Analysis of classifier-free guidance weight schedulers", arXiv 2404.13040
 */
export function cosineScale(from: number, to: number): ScaleSchedule {
  return (progress) => from + ((to - from) * (1 - Math.cos(Math.PI * progress))) / 2;
}
