import { InvalidArgumentError, UnknownNameError } from "@glissade/graph";
import { type GaussianDiffusion, respace } from "./gaussian-diffusion.ts";
import { karrasTimesteps, linearTimesteps, spaceTimesteps, trailingTimesteps } from "./spacing.ts";

/**
 * How a run's steps are chosen from the training process. `"respacing"` is the reference's
 * respacing (`spaceTimesteps`), the others are `linearTimesteps`, `trailingTimesteps` and
 * `karrasTimesteps`.
 */
export const spacings = ["respacing", "linear", "trailing", "karras"] as const;

export type Spacing = (typeof spacings)[number];

/**
 * The process that a sampler walks.
 *
 * @param process of the training
 * @param steps how many; with `"respacing"` spacing also a respacing such as `"fast27"`, `"ddim50"`
 * or `"10,15,20"`
 * @throws InvalidArgumentError where the process cannot be cut that way; UnknownNameError where
 * there is no such spacing.
 * @example `spacedProcess(process, 20, "karras")`
 */
export function spacedProcess(
  process: GaussianDiffusion,
  steps: number | string,
  spacing: Spacing,
): GaussianDiffusion {
  if (spacing === "respacing")
    return respace(
      process,
      spaceTimesteps(process.numTimesteps, typeof steps === "number" ? [steps] : steps),
    );
  if (typeof steps !== "number")
    throw new InvalidArgumentError({
      argument: "steps",
      received: steps,
      expected: `a number of steps with ${spacing} spacing`,
    });
  return respace(process, timesteps(process, steps, spacing));
}

function timesteps(
  process: GaussianDiffusion,
  steps: number,
  spacing: Exclude<Spacing, "respacing">,
): number[] {
  switch (spacing) {
    case "linear":
      return linearTimesteps(process.numTimesteps, steps);
    case "trailing":
      return trailingTimesteps(process.numTimesteps, steps);
    case "karras":
      return karrasTimesteps(process.alphasCumprod, steps);
    default:
      throw new UnknownNameError({ kind: "spacing", asked: spacing, known: spacings });
  }
}
