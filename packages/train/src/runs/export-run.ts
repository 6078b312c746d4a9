import type { WeightType } from "@glissade/core/weights";
import { writeModelComponent } from "../export/write-model-component.ts";
import type { ComponentName } from "../networks/component.ts";
import { fitted } from "../networks/fitted.ts";
import { assembleRun } from "../stages/assemble-run.ts";
import { recipeFor } from "../stages/stages.ts";
import { openTrainedNetwork } from "./open-trained-network.ts";
import { readRunDescription } from "./run-description.ts";

export interface ExportRunOptions {
  /** Which moving average, by its decay; 0 for the weights themselves. Default the longest. */
  readonly average?: number;
  /** Default float16. */
  readonly dtype?: WeightType;
  /** Replace a network of that kind. Default false. */
  readonly replace?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Puts the network of a run's latest checkpoint into a model folder, which may hold the networks of
 * other runs.
 *
 * @returns the network's folder in the model
 * @throws what `openTrainedNetwork` and `writeModelComponent` throw.
 * @example `await exportRun("runs/inpaint", "my-model", { average: 0.999 });`
 */
export async function exportRun(
  run: string,
  model: string,
  { average, ...options }: ExportRunOptions = {},
): Promise<ComponentName> {
  const { signal } = options;
  const trained = await openTrainedNetwork(run, {
    ...(average !== undefined && { average }),
    ...(signal && { signal }),
  });
  const { label, component, network, tokenizer, classes, diffusion, meanType } = trained;
  const recipe = (await readRunDescription(run))?.recipe ?? { ...recipeFor("base"), network };
  const { task, denoising } = assembleRun(
    { ...recipe, batchSize: 1, partSize: 1 },
    { seed: 0, tokenizer, ...(classes && { classes }) },
  );
  const weights = new Map(
    task
      .parameterShapes()
      .map(({ name, dims }) => [name, fitted(label, name, dims, trained.weights.get(name))]),
  );
  await writeModelComponent(
    model,
    {
      component,
      network,
      weights,
      diffusion,
      ...(denoising && { meanType }),
      ...(tokenizer !== undefined && { tokenizer }),
      ...(classes && { classes }),
    },
    options,
  );
  return component;
}
