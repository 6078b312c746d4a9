import { UnknownNameError } from "@glissade/core";
import { type PresetName, presetNames, type Recipe } from "../recipes/recipe.ts";
import { base } from "./base.ts";
import { classifier } from "./classifier.ts";
import { clip } from "./clip.ts";
import { finetuneCfg } from "./finetune-cfg.ts";
import { finetuneInpaint } from "./finetune-inpaint.ts";
import type { Stage } from "./stage.ts";
import { upsampler } from "./upsampler.ts";

/** GLIDE's stages of training, and ADM's noised classifier. */
export const stages: readonly Stage[] = [
  base,
  finetuneCfg,
  finetuneInpaint,
  upsampler,
  clip,
  classifier,
];

/** @throws UnknownNameError if there is no such stage. */
export function stageByName(name: string): Stage {
  const found = stages.find((stage) => stage.name === name);
  if (found) return found;
  throw new UnknownNameError({
    kind: "training stage",
    asked: name,
    known: stages.map((stage) => stage.name),
  });
}

/**
 * A stage's recipe.
 *
 * @throws UnknownNameError if there is no such stage or preset.
 * @example `recipeFor("base", "emoji")`
 */
export function recipeFor(stage: string, preset: string = "emoji"): Recipe {
  const { name, presets } = stageByName(stage);
  const chosen: PresetName | undefined = presetNames.find((known) => known === preset);
  if (!chosen) throw new UnknownNameError({ kind: "preset", asked: preset, known: presetNames });
  return { stage: name, ...presets[chosen] };
}
