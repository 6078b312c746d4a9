import { join } from "node:path";
import type { Tensor } from "@glissade/core";
import { writeModelComponent } from "../export/write-model-component.ts";
import type { AssembledRun } from "../stages/assembled-run.ts";
import { stageByName } from "../stages/stages.ts";

/**
 * Writes the network into the run's `model/` folder, which for a base network `glissade generate
 * --model` takes at once.
 *
 * @returns that folder
 */
export async function writeRunModel(
  { recipe, tokenizer, classes, denoising }: AssembledRun,
  weights: ReadonlyMap<string, Tensor>,
  folder: string,
): Promise<string> {
  const { network, diffusion, stage } = recipe;
  const model = join(folder, "model");
  await writeModelComponent(
    model,
    {
      component: stageByName(stage).component,
      network,
      weights,
      diffusion,
      ...(denoising && { meanType: denoising.objective.meanType }),
      ...(tokenizer !== undefined && { tokenizer }),
      ...(classes && { classes }),
    },
    { replace: true },
  );
  return model;
}
