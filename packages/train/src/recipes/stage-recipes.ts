import { UnknownNameError } from "@glissade/core";
import { baseRecipes } from "./base.ts";
import { classifierRecipes } from "./classifier.ts";
import { clipRecipes } from "./clip.ts";
import { finetuneCfgRecipes } from "./finetune-cfg.ts";
import { finetuneInpaintRecipes } from "./finetune-inpaint.ts";
import {
  type PresetName,
  presetNames,
  type Recipe,
  type StageName,
  type StageRecipes,
  stageNames,
} from "./recipe.ts";
import { upsamplerRecipes } from "./upsampler.ts";

/** Every stage's recipes. */
export const stageRecipes: Readonly<Record<StageName, StageRecipes>> = {
  base: baseRecipes,
  "finetune-cfg": finetuneCfgRecipes,
  "finetune-inpaint": finetuneInpaintRecipes,
  upsampler: upsamplerRecipes,
  clip: clipRecipes,
  classifier: classifierRecipes,
};

/**
 * @throws UnknownNameError for a stage or a preset that there is not. @example `recipeFor("base",
 * "emoji")`
 */
export function recipeFor(stage: string, preset: string = "emoji"): Recipe {
  const known = stageNames.find((name) => name === stage);
  if (!known)
    throw new UnknownNameError({ kind: "training stage", asked: stage, known: stageNames });
  const chosen: PresetName | undefined = presetNames.find((name) => name === preset);
  if (!chosen) throw new UnknownNameError({ kind: "preset", asked: preset, known: presetNames });
  return stageRecipes[known][chosen];
}
