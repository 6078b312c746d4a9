import type { ModelComponentName } from "@glissade/core/model";
import type { StageName } from "../recipes/recipe.ts";

/** Which network of a model each stage makes. */
const componentOfStage = {
  base: "base",
  "finetune-cfg": "base",
  "finetune-inpaint": "base_inpaint",
  upsampler: "upsampler",
  clip: "clip",
  classifier: "classifier",
} as const satisfies Readonly<Record<StageName, ModelComponentName>>;

/** The networks that training makes. */
export type ComponentName = (typeof componentOfStage)[StageName];

export const componentNames: readonly ComponentName[] = [
  ...new Set(Object.values(componentOfStage)),
];

/** Which network of a model a stage makes. */
export function componentOf(stage: StageName): ComponentName {
  return componentOfStage[stage];
}
