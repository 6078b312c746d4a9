import type { GaussianDiffusion } from "@glissade/core/diffusion";
import { parseClipConfig } from "@glissade/core/networks";
import { clipTokenizer } from "@glissade/core/text";
import type { Recipe } from "../recipes/recipe.ts";
import { clipTask } from "../tasks/index.ts";
import type { AssembledNetwork, AssembleOptions } from "./assembled-run.ts";

/** The noised CLIP. */
export function assembleClip(
  asked: Recipe,
  process: GaussianDiffusion,
  { tokenizer: json }: AssembleOptions,
): AssembledNetwork {
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
