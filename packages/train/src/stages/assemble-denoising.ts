import { InvalidArgumentError } from "@glissade/core";
import { parseTextToImageConfig, type TextToImageConfig } from "@glissade/core/networks";
import { glideTokenizer } from "@glissade/core/text";
import type { TrainedNetwork } from "../networks/trained-network.ts";
import { chooseTimesteps, objective } from "../objectives/index.ts";
import type { Recipe } from "../recipes/recipe.ts";
import { diffusionTask } from "../tasks/index.ts";
import type { Stage } from "./stage.ts";

/** What a network sees besides x and its caption. */
interface Variant {
  /** A smaller image. Default false. */
  readonly superResolution?: boolean;
  /** The known part of an image, and the mask. Default false. */
  readonly inpainting?: boolean;
}

/** GLIDE's network or one of its variants, learning to denoise. */
export function assembleDenoising(variant: Variant): Stage["assemble"] {
  return (asked, process, { tokenizer: given, start }) => {
    const json = given ?? start?.tokenizer;
    const recipe = start
      ? continuedRecipe(asked, variant, start)
      : withVocabulary(asked, glideTokenizer(json).vocabularySize);
    const config = parseTextToImageConfig(recipe.network);
    const side = sideOf(config, recipe, variant);
    const tokenizer = glideTokenizer(
      json,
      config.text ? { contextLength: config.text.textContext } : {},
    );
    const chosen = objective(recipe.objective);
    const { emptyShare, lowRes, noiseCandidates } = recipe;
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
      ...(noiseCandidates !== undefined && { noiseCandidates }),
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
  };
}

/** The recipe with the network of the start, and with what that predicts. */
function continuedRecipe(recipe: Recipe, variant: Variant, start: TrainedNetwork): Recipe {
  return {
    ...recipe,
    network: variant.inpainting ? { ...start.network, inpaint: true } : start.network,
    objective: { ...recipe.objective, meanType: start.meanType },
  };
}

/** The recipe with the size of the tokenizer's vocabulary. */
function withVocabulary(recipe: Recipe, size: number): Recipe {
  return { ...recipe, network: { ...recipe.network, n_vocab: size } };
}

/** The side of the images, once the network is known to be one of this variant. */
function sideOf(
  { imageSize, superResolution, inpainting }: TextToImageConfig,
  { stage, lowRes }: Recipe,
  variant: Variant,
): number {
  if (imageSize === undefined)
    throw new InvalidArgumentError({
      argument: "recipe.network.image_size",
      received: undefined,
      expected: "the side of the images in pixels",
    });
  if (
    superResolution !== (variant.superResolution ?? false) ||
    inpainting !== (variant.inpainting ?? false)
  ) {
    throw new InvalidArgumentError({
      argument: "recipe.network",
      received: `super_res ${superResolution}, inpaint ${inpainting}`,
      expected: `the network of the stage ${stage}`,
    });
  }
  if (superResolution && (!lowRes || imageSize % lowRes.side !== 0))
    throw new InvalidArgumentError({
      argument: "recipe.lowRes.side",
      received: lowRes?.side,
      expected: `a divisor of the images' side, ${imageSize}`,
    });
  return imageSize;
}
