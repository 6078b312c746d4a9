import { InvalidArgumentError } from "@glissade/graph";

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

/** The part of a run, in progress from 0 to 1, in which a rule guides. */
export type GuidanceInterval = readonly [from: number, to: number];

/**
 * A scale within an interval, and 1 (no guidance) outside it.
 *
 * @throws InvalidArgumentError if the interval or a constant scale is out of range; the schedule
 * throws it for a scale that is not finite and at least 0
 * @see Kynkäänniemi et al. 2024, arXiv 2404.07724
 */
export function scaleWithin(
  scale: number | ScaleSchedule,
  interval: GuidanceInterval,
): ScaleSchedule {
  const [from, to] = interval;
  if (!(0 <= from && from <= to && to <= 1))
    throw new InvalidArgumentError({
      argument: "interval",
      received: interval,
      expected: "[from, to] with 0 <= from <= to <= 1",
    });
  if (typeof scale !== "function") assertScale(scale);
  return (progress) => {
    if (progress < from || progress > to) return 1;
    return typeof scale === "function" ? assertScale(scale(progress)) : scale;
  };
}

function assertScale(scale: number): number {
  if (!(scale >= 0 && scale < Infinity))
    throw new InvalidArgumentError({
      argument: "scale",
      received: scale,
      expected: "a finite number of at least 0",
    });
  return scale;
}
