import { InvalidArgumentError, type MeanType } from "@glissade/core";
import type { StageName } from "../recipes/recipe.ts";

/** The networks that training makes, by their folders in a model. */
export const components = {
  base: { className: "Text2ImUNet", scheduler: "scheduler", tokenizer: "tokenizer" },
  base_inpaint: { className: "InpaintText2ImUNet", scheduler: "scheduler", tokenizer: "tokenizer" },
  upsampler: { className: "SuperResText2ImUNet", scheduler: "upsampler_scheduler", tokenizer: "tokenizer" },
  clip: { className: "NoisedClip", scheduler: "scheduler", tokenizer: "clip_tokenizer" },
  classifier: { className: "NoisedClassifier", scheduler: "scheduler", tokenizer: undefined },
} as const satisfies Readonly<Record<string, { className: string; scheduler: string; tokenizer: string | undefined }>>;

export type ComponentName = keyof typeof components;

export const componentNames = Object.keys(components) as readonly ComponentName[];

const componentOfStage: Readonly<Record<StageName, ComponentName>> = {
  base: "base",
  "finetune-cfg": "base",
  "finetune-inpaint": "base_inpaint",
  upsampler: "upsampler",
  clip: "clip",
  classifier: "classifier",
};

/** Which network of a model a stage makes. */
export function componentOf(stage: StageName): ComponentName {
  return componentOfStage[stage];
}

/** diffusers' names of what a network says. */
const predictionTypes = { epsilon: "epsilon", velocity: "v_prediction", "start-x": "sample" } as const;

/** @throws InvalidArgumentError for a network that says the mean of x_(t-1), for which schedulers have no name. */
export function predictionTypeOf(meanType: MeanType): string {
  if (meanType === "previous-x")
    throw new InvalidArgumentError({ argument: "meanType", received: meanType, expected: Object.keys(predictionTypes).join(", ") });
  return predictionTypes[meanType];
}

/** The inverse; undefined for a name that is none. */
export function meanTypeOf(predictionType: unknown): keyof typeof predictionTypes | undefined {
  if (predictionType === undefined || predictionType === "epsilon") return "epsilon";
  if (predictionType === "v_prediction") return "velocity";
  return predictionType === "sample" ? "start-x" : undefined;
}
