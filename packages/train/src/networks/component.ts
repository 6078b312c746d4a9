import { InvalidArgumentError } from "@glissade/core";
import type { MeanType } from "@glissade/core/diffusion";
import type { ModelComponentName } from "@glissade/core/model";

/** The networks that training makes, by their folders in a model. */
export type ComponentName = Extract<
  ModelComponentName,
  "base" | "base_inpaint" | "upsampler" | "clip" | "classifier"
>;

/** diffusers' names of what a network says. */
const predictionTypes = {
  epsilon: "epsilon",
  velocity: "v_prediction",
  "start-x": "sample",
} as const;

/**
 * @throws InvalidArgumentError for a network that says the mean of x_(t-1), for which schedulers
 * have no name.
 */
export function predictionTypeOf(meanType: MeanType): string {
  if (meanType === "previous-x")
    throw new InvalidArgumentError({
      argument: "meanType",
      received: meanType,
      expected: Object.keys(predictionTypes).join(", "),
    });
  return predictionTypes[meanType];
}

/** The inverse; undefined for a name that is none. */
export function meanTypeOf(predictionType: unknown): keyof typeof predictionTypes | undefined {
  if (predictionType === undefined || predictionType === "epsilon") return "epsilon";
  if (predictionType === "v_prediction") return "velocity";
  return predictionType === "sample" ? "start-x" : undefined;
}
