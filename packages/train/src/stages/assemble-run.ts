import { InvalidArgumentError } from "@glissade/core";
import { betaSchedule, type GaussianDiffusion, gaussianDiffusion } from "@glissade/core/diffusion";
import { parseTextToImageConfig } from "@glissade/core/networks";
import { fitted } from "../networks/fitted.ts";
import type { TrainedNetwork } from "../networks/trained-network.ts";
import { inputWeight, widenInput } from "../networks/widen-input.ts";
import { ParameterStore } from "../optimisers/index.ts";
import type { Recipe } from "../recipes/recipe.ts";
import { initialise } from "../trainer/initialise.ts";
import { assembleDenoising } from "./assemble-denoising.ts";
import { assembleClassifier, assembleClip } from "./assemble-guides.ts";
import type { AssembledNetwork, AssembledRun, AssembleOptions } from "./assembled-run.ts";

export type { AssembledRun, AssembleOptions, DenoisingNetwork } from "./assembled-run.ts";

/**
 * Puts a recipe's task, graph and parameters together. Nothing is computed or written yet.
 *
 * @throws InvalidArgumentError where the network, the tokenizer, the batch and its parts or the
 * start do not fit each other.
 * @example `const run = assembleRun(recipeFor("base"), { tokenizer, seed: 1 });`
 */
export function assembleRun(asked: Recipe, options: AssembleOptions): AssembledRun {
  const { batchSize, partSize } = asked;
  if (batchSize % partSize !== 0)
    throw new InvalidArgumentError({
      argument: "recipe.partSize",
      received: partSize,
      expected: `a divisor of the batch, ${batchSize}`,
    });
  const { start, seed } = options;
  const recipe = start ? { ...asked, diffusion: start.diffusion } : asked;
  const process = gaussianDiffusion(
    betaSchedule(recipe.diffusion.schedule, recipe.diffusion.steps),
  );
  const network = assembleNetwork(recipe, process, options);
  const parameters = new ParameterStore(network.task.parameterShapes(), { shared: true });
  initialise(parameters, seed);
  if (start) takeOver(parameters, start, recipe.stage === "finetune-inpaint");
  return { ...network, process, loss: { graph: network.task.lossGraph(partSize), parameters } };
}

function assembleNetwork(
  recipe: Recipe,
  process: GaussianDiffusion,
  options: AssembleOptions,
): AssembledNetwork {
  if (
    recipe.stage !== "classifier" &&
    options.tokenizer === undefined &&
    options.start === undefined
  )
    throw new InvalidArgumentError({
      argument: "tokenizer",
      received: undefined,
      expected: "the contents of a tokenizer.json",
    });
  if (recipe.stage === "clip") return assembleClip(recipe, process, options);
  if (recipe.stage === "classifier") return assembleClassifier(recipe, process, options);
  return assembleDenoising(recipe, process, options);
}

/** Copies a trained network's weights in place of the first values. */
function takeOver(
  parameters: ParameterStore,
  { label, weights, network }: TrainedNetwork,
  widens: boolean,
): void {
  const before = parseTextToImageConfig(network);
  for (const { name, dims } of parameters.slots) {
    if (!widens || before.inpainting || name !== inputWeight) {
      parameters.view(name).set(fitted(label, name, dims, weights.get(name)).data);
      continue;
    }
    const seen = (before.superResolution ? 2 : 1) * before.imageChannels * before.patchSize ** 2;
    const narrow = fitted(label, name, [dims[0] ?? 0, seen, ...dims.slice(2)], weights.get(name));
    parameters.view(name).set(widenInput(narrow, before).data);
  }
}
