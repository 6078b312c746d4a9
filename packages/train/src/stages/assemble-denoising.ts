import { InvalidArgumentError } from "@glissade/core";
import type { GaussianDiffusion } from "@glissade/core/diffusion";
import { parseTextToImageConfig, type TextToImageConfig } from "@glissade/core/networks";
import { glideTokenizer } from "@glissade/core/text";
import type { TrainedNetwork } from "../networks/trained-network.ts";
import { chooseTimesteps, objective } from "../objectives/index.ts";
import type { Recipe } from "../recipes/recipe.ts";
import { diffusionTask } from "../tasks/index.ts";
import type { AssembledNetwork, AssembleOptions } from "./assembled-run.ts";

/** GLIDE's network and its variants, learning to denoise. */
export function assembleDenoising(
  asked: Recipe,
  process: GaussianDiffusion,
  { tokenizer: given, start }: AssembleOptions,
): AssembledNetwork {
  const json = given ?? start?.tokenizer;
  const recipe = completeRecipe(asked, json, start);
  const config = parseTextToImageConfig(recipe.network);
  const side = sideOf(config, recipe);
  const tokenizer = glideTokenizer(
    json,
    config.text ? { contextLength: config.text.textContext } : {},
  );
  const chosen = objective(recipe.objective);
  const { emptyShare, lowRes } = recipe;
  const timesteps = chooseTimesteps(
    process.numTimesteps,
    recipe.timesteps ?? { sampler: "uniform" },
  );
  const task = diffusionTask({
    name: recipe.stage,
    config,
    side,
    process,
    objective: chosen,
    tokenizer,
    emptyShare,
    timesteps,
    ...(lowRes && { lowRes }),
  });
  return {
    recipe,
    side,
    task,
    tokenizer: json,
    classes: undefined,
    denoising: { config, objective: chosen, tokenizer },
  };
}

/**
 * The recipe with what the start or the tokenizer says: an unfinished network's arguments, what it
 * predicts, how many tokens there are.
 */
function completeRecipe(
  recipe: Recipe,
  tokenizerJson: unknown,
  start: TrainedNetwork | undefined,
): Recipe {
  if (!start) {
    if (Object.keys(recipe.network).length === 0)
      throw new InvalidArgumentError({
        argument: "start",
        received: undefined,
        expected: `a trained network: ${recipe.stage} goes on with one`,
      });
    return {
      ...recipe,
      network: { ...recipe.network, n_vocab: glideTokenizer(tokenizerJson).vocabularySize },
    };
  }
  const objective = { ...recipe.objective, meanType: start.meanType };
  return {
    ...recipe,
    network:
      recipe.stage === "finetune-inpaint" ? { ...start.network, inpaint: true } : start.network,
    objective,
  };
}

function sideOf(
  { imageSize, superResolution, inpainting }: TextToImageConfig,
  { stage, lowRes }: Recipe,
): number {
  if (imageSize === undefined)
    throw new InvalidArgumentError({
      argument: "recipe.network.image_size",
      received: undefined,
      expected: "the side of the pictures in pixels",
    });
  if (
    superResolution !== (stage === "upsampler") ||
    inpainting !== (stage === "finetune-inpaint")
  ) {
    throw new InvalidArgumentError({
      argument: "recipe.network",
      received: `super_res ${superResolution}, inpaint ${inpainting}`,
      expected: `the network of the stage ${stage}`,
    });
  }
  if (stage === "upsampler" && (!lowRes || imageSize % lowRes.side !== 0))
    throw new InvalidArgumentError({
      argument: "recipe.lowRes.side",
      received: lowRes?.side,
      expected: `a divisor of the pictures' side, ${imageSize}`,
    });
  return imageSize;
}
