import type { MeasuredSetting, SweepResults } from "../sweep/sweep-results.ts";
import { curveName, samplersAgree } from "./setting-names.ts";

/** Settings that differ in their scale alone. */
export interface SweepCurve {
  readonly name: string;
  /** In the order of their scales. */
  readonly settings: readonly MeasuredSetting[];
}

/** A curve for each strategy, sampler and number of steps, in the order in which they first appear. */
export function sweepCurves({ settings }: SweepResults): SweepCurve[] {
  const isSamplerShared = samplersAgree(settings);
  const curves = new Map<string, MeasuredSetting[]>();
  for (const setting of settings) {
    const key = JSON.stringify([setting.strategy, setting.sampler, setting.steps]);
    curves.set(key, [...(curves.get(key) ?? []), setting]);
  }
  return [...curves.values()].flatMap((of) => {
    const [first] = of;
    return first ? [{ name: curveName(first, { isSamplerShared }), settings: of.toSorted((a, b) => a.scale - b.scale) }] : [];
  });
}
