import type { Gaussian } from "@glissade/evaluate";
import type { BaseResult } from "./results.ts";
import { baseSettings, type Setting, yardstick } from "./settings.ts";
import { distancesOf, fitView } from "./views.ts";
import type { Workbench } from "./workbench.ts";

/** Settings that cost more are tried with the first seed alone. */
const mostRepeatedEvaluations = 21;

export interface StudyOptions {
  readonly count: number;
  /**
   * Each seed's images are compared with the yardstick's of the other: with their own they would
   * share the starting noise.
   */
  readonly seeds: readonly [number, number];
}

/** Every setting of the base network against the yardstick and against training images. */
export async function* baseStudy(
  bench: Workbench,
  { count, seeds, training }: StudyOptions & { readonly training: Gaussian | undefined },
): AsyncGenerator<BaseResult, void, void> {
  const sampled = async (setting: Setting, seed: number) => {
    const { images, evaluations } = await bench.baseImages(setting, { count, seed });
    return { evaluations, fit: await fitView(bench.features, "whole", images) };
  };
  const yardsticks = [
    await sampled(yardstick, seeds[0]),
    await sampled(yardstick, seeds[1]),
  ] as const;
  const costs = new Map<Setting, number>();
  for (const [k, seed] of seeds.entries()) {
    const other = yardsticks[k === 0 ? 1 : 0].fit;
    for (const setting of [yardstick, ...baseSettings]) {
      if (setting !== yardstick && (costs.get(setting) ?? 0) > mostRepeatedEvaluations) continue;
      const { evaluations, fit } = await sampled(setting, seed);
      costs.set(setting, evaluations);
      yield { setting, evaluations, seed, distances: distancesOf(fit, other, training) };
    }
  }
}
