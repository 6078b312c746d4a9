import { InvalidArgumentError } from "@glissade/core";
import type { GaussianDiffusion } from "@glissade/core/diffusion";
import { parseAdmClassifierConfig, parseClipConfig } from "@glissade/core/networks";
import { clipTokenizer } from "@glissade/core/text";
import type { Recipe } from "../recipes/recipe.ts";
import { classifierTask, clipTask } from "../tasks/index.ts";
import type { AssembledNetwork, AssembleOptions } from "./assembled-run.ts";

/** The noised CLIP. */
export function assembleClip(
  asked: Recipe,
  process: GaussianDiffusion,
  { tokenizer: json, start }: AssembleOptions,
): AssembledNetwork {
  assertNoStart(asked, start);
  const { vocabularySize } = clipTokenizer(json);
  const recipe = { ...asked, network: { ...asked.network, n_vocab: vocabularySize } };
  const config = parseClipConfig(recipe.network);
  const tokenizer = clipTokenizer(json, { contextLength: config.text.textContext });
  const task = clipTask({ name: recipe.stage, config, process, tokenizer });
  return {
    recipe,
    side: config.image.imageSize,
    task,
    tokenizer: json,
    classes: undefined,
    denoising: undefined,
  };
}

/** ADM's noised classifier. */
export function assembleClassifier(
  asked: Recipe,
  process: GaussianDiffusion,
  { classes, start }: AssembleOptions,
): AssembledNetwork {
  assertNoStart(asked, start);
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
      expected: "the side of the pictures in pixels",
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

function assertNoStart({ stage }: Recipe, start: unknown): void {
  if (start !== undefined)
    throw new InvalidArgumentError({
      argument: "start",
      received: "a trained network",
      expected: `nothing: ${stage} begins with new weights`,
    });
}
