import type { MeasuredSetting, SweepResults } from "../sweep/sweep-results.ts";
import { plainLine } from "./plain-line.ts";
import { curveTitle, samplersAgree } from "./setting-titles.ts";

/** Settings that differ in their scale alone. */
export interface SweepCurve {
  /** Of at most `longestTitle` characters, and another for each curve. */
  readonly name: string;
  /** In the order of their scales. */
  readonly settings: readonly MeasuredSetting[];
}

/** Longer text would be cut by a plot's edge. */
export const longestTitle = 48;

/**
 * A curve for each strategy, sampler and number of steps, in the order in which they first appear.
 */
export function sweepCurves({ settings }: SweepResults): SweepCurve[] {
  const isSamplerShared = samplersAgree(settings);
  const groups = new Map<string, MeasuredSetting[]>();
  for (const setting of settings) {
    const key = JSON.stringify([setting.strategy, setting.sampler, setting.steps]);
    groups.set(key, [...(groups.get(key) ?? []), setting]);
  }
  const curves: SweepCurve[] = [];
  for (const group of groups.values()) {
    const [first] = group;
    if (!first) continue;
    const title = plainLine(curveTitle(first, { isSamplerShared }), longestTitle);
    const isTaken = curves.some(({ name }) => name === title);
    curves.push({
      name: isTaken ? `${title} (${curves.length + 1})` : title,
      settings: group.toSorted((a, b) => a.scale - b.scale),
    });
  }
  return curves;
}
