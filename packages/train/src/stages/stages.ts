import { UnknownNameError } from "@glissade/core";
import type { ComponentName } from "../networks/component.ts";
import {
  type PresetName,
  presetNames,
  type Recipe,
  type StageName,
  type StageRecipes,
  stageNames,
} from "../recipes/recipe.ts";
import { baseRecipes } from "./base.ts";
import { classifierRecipes } from "./classifier.ts";
import { clipRecipes } from "./clip.ts";
import { finetuneCfgRecipes } from "./finetune-cfg.ts";
import { finetuneInpaintRecipes } from "./finetune-inpaint.ts";
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

/** Which network of a model each stage makes. */
const componentOfStage: Readonly<Record<StageName, ComponentName>> = {
  base: "base",
  "finetune-cfg": "base",
  "finetune-inpaint": "base_inpaint",
  upsampler: "upsampler",
  clip: "clip",
  classifier: "classifier",
};

export const componentNames: readonly ComponentName[] = [
  ...new Set(Object.values(componentOfStage)),
];

/** Which network of a model a stage makes. */
export function componentOf(stage: StageName): ComponentName {
  return componentOfStage[stage];
}
