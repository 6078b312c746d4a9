import { join } from "node:path";
import type { Tensor } from "@glissade/core";
import { writeModelComponent } from "../export/write-model-component.ts";
import type { AssembledRun } from "../stages/assembled-run.ts";
import { componentOf } from "../stages/stages.ts";

/**
 * Keeps `model/` in the run's folder up to date: usable at once, for a base network with `glissade
 * generate --model`.
 */
export async function writeRunModel(
  { recipe, tokenizer, classes, denoising }: AssembledRun,
  weights: ReadonlyMap<string, Tensor>,
  folder: string,
): Promise<void> {
  const { network, diffusion, stage } = recipe;
  await writeModelComponent(
    join(folder, "model"),
    {
      component: componentOf(stage),
      network,
      weights,
      diffusion,
      ...(denoising && { meanType: denoising.objective.meanType }),
      ...(tokenizer !== undefined && { tokenizer }),
      ...(classes && { classes }),
    },
    { replace: true },
  );
}
