import type { Gaussian } from "@glissade/evaluate";
import type { StudyOptions } from "./base-study.ts";
import type { CascadeResult } from "./results.ts";
import { type Cascade, notebook, recipes, upsamplerSettings } from "./settings.ts";
import { distancesOf, fitView } from "./views.ts";
import type { Workbench } from "./workbench.ts";

export interface LargeTraining {
  readonly whole: Gaussian;
  readonly crops: Gaussian;
}

/**
 * The upsampler's settings on the notebook's small images, then whole recipes, all against the
 * notebook's.
 */
export async function* cascadeStudy(
  bench: Workbench,
  { count, seeds, training }: StudyOptions & { readonly training: LargeTraining | undefined },
): AsyncGenerator<CascadeResult, void, void> {
  const images = async ({ base, upsampler }: Cascade, seed: number) => {
    const small = await bench.baseImages(base, { count, seed });
    const large = await bench.largeImages(base, upsampler, { count, seed });
    return {
      baseEvaluations: small.evaluations,
      upsamplerEvaluations: large.evaluations,
      whole: await fitView(bench.features, "whole", large.images),
      crops: await fitView(bench.features, "crops", large.images),
    };
  };
  const yardsticks = [await images(notebook, seeds[0]), await images(notebook, seeds[1])] as const;
  const cascades = [
    ...upsamplerSettings.map((upsampler): Cascade => ({ base: notebook.base, upsampler })),
    ...recipes,
  ];
  for (const [k, seed] of seeds.entries()) {
    const other = yardsticks[k === 0 ? 1 : 0];
    for (const cascade of cascades) {
      const { baseEvaluations, upsamplerEvaluations, whole, crops } = await images(cascade, seed);
      yield {
        ...cascade,
        baseEvaluations,
        upsamplerEvaluations,
        seed,
        shrunk: distancesOf(whole, other.whole, training?.whole),
        crops: distancesOf(crops, other.crops, training?.crops),
      };
    }
  }
}
