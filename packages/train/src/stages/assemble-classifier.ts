import { InvalidArgumentError } from "@glissade/core";
import type { GaussianDiffusion } from "@glissade/core/diffusion";
import { parseAdmClassifierConfig } from "@glissade/core/networks";
import type { Recipe } from "../recipes/recipe.ts";
import { classifierTask } from "../tasks/index.ts";
import type { AssembledNetwork, AssembleOptions } from "./assembled-run.ts";

/** ADM's noised classifier. */
export function assembleClassifier(
  asked: Recipe,
  process: GaussianDiffusion,
  { classes }: AssembleOptions,
): AssembledNetwork {
  if (!classes || classes.size === 0)
    throw new InvalidArgumentError({
      argument: "classes",
      received: classes,
      expected: "the class of every caption, which a classifier learns",
    });
  const recipe = {
    ...asked,
    network: { ...asked.network, out_channels: 1 + Math.max(...classes.values()) },
  };
  const config = parseAdmClassifierConfig(recipe.network);
  if (config.imageSize === undefined)
    throw new InvalidArgumentError({
      argument: "recipe.network.image_size",
      received: undefined,
      expected: "the side of the images in pixels",
    });
  const task = classifierTask({
    name: recipe.stage,
    config,
    side: config.imageSize,
    process,
    classes,
  });
  return {
    recipe,
    side: config.imageSize,
    task,
    tokenizer: undefined,
    classes,
    denoising: undefined,
  };
}
