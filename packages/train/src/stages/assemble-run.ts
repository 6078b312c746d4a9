import { InvalidArgumentError } from "@glissade/core";
import { betaSchedule, gaussianDiffusion } from "@glissade/core/diffusion";
import { parseTextToImageConfig, type TextToImageConfig } from "@glissade/core/networks";
import { fitted } from "../networks/fitted.ts";
import type { TrainedNetwork } from "../networks/trained-network.ts";
import { inputWeight, widenInput } from "../networks/widen-input.ts";
import { ParameterStore } from "../optimisers/index.ts";
import type { Recipe } from "../recipes/recipe.ts";
import { initialise } from "../trainer/initialise.ts";
import type { AssembledRun, AssembleOptions } from "./assembled-run.ts";
import type { Stage } from "./stage.ts";
import { stageByName } from "./stages.ts";

/**
 * Puts a recipe's task, graph and parameters together. Nothing is computed or written yet.
 *
 * @throws UnknownNameError if there is no such stage. @throws InvalidArgumentError if the network,
 * the tokenizer, the batch and its parts, or the start do not fit each other.
 * @example `const run = assembleRun(recipeFor("base"), { tokenizer, seed: 1 });`
 */
export function assembleRun(asked: Recipe, options: AssembleOptions): AssembledRun {
  const stage = stageByName(asked.stage);
  assertParts(asked);
  assertGiven(stage, asked, options);
  const { start, seed } = options;
  const recipe = start ? { ...asked, diffusion: start.diffusion } : asked;
  const { steps, schedule } = recipe.diffusion;
  const process = gaussianDiffusion(betaSchedule(schedule, steps));
  const network = stage.assemble(recipe, process, options);
  const { task, denoising } = network;
  const parameters = new ParameterStore(task.parameterShapes(), { shared: true });
  initialise(parameters, seed);
  if (start) takeOver(parameters, start, denoising?.config);
  return { ...network, process, loss: { graph: task.lossGraph(recipe.partSize), parameters } };
}

function assertParts({ batchSize, partSize }: Recipe): void {
  if (batchSize % partSize !== 0)
    throw new InvalidArgumentError({
      argument: "recipe.partSize",
      received: partSize,
      expected: `a divisor of the batch, ${batchSize}`,
    });
}

/** What a stage needs besides its recipe. */
function assertGiven(
  { name, tokenizer, startsFrom }: Stage,
  { network }: Recipe,
  options: AssembleOptions,
): void {
  if (tokenizer && options.tokenizer === undefined && options.start === undefined)
    throw new InvalidArgumentError({
      argument: "tokenizer",
      received: undefined,
      expected: "the contents of a tokenizer.json",
    });
  if (!startsFrom && options.start !== undefined)
    throw new InvalidArgumentError({
      argument: "start",
      received: "a trained network",
      expected: `nothing: ${name} starts with new weights`,
    });
  // A run that is resumed has its network in the recipe, and its weights in the checkpoint.
  if (startsFrom && options.start === undefined && Object.keys(network).length === 0)
    throw new InvalidArgumentError({
      argument: "start",
      received: undefined,
      expected: `a trained network, which ${name} continues`,
    });
}

/** Copies a trained network's weights over the initial values. */
function takeOver(
  parameters: ParameterStore,
  { label, weights, network }: TrainedNetwork,
  config: TextToImageConfig | undefined,
): void {
  const before = parseTextToImageConfig(network);
  const isWidened = config?.inpainting && !before.inpainting;
  for (const { name, dims } of parameters.slots) {
    if (!isWidened || name !== inputWeight) {
      parameters.view(name).set(fitted(label, name, dims, weights.get(name)).data);
      continue;
    }
    const seen = (before.superResolution ? 2 : 1) * before.imageChannels * before.patchSize ** 2;
    const narrow = fitted(label, name, [dims[0] ?? 0, seen, ...dims.slice(2)], weights.get(name));
    parameters.view(name).set(widenInput(narrow, before).data);
  }
}
