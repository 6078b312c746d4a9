import { InvalidArgumentError, UnknownNameError } from "@glissade/graph";
import { type GaussianDiffusion, respace } from "./gaussian-diffusion.ts";
import { karrasTimesteps, linearTimesteps, spaceTimesteps, trailingTimesteps } from "./spacing.ts";

/**
 * How a run's steps are chosen from the training diffusion. `"respacing"` is the reference's
 * respacing (`spaceTimesteps`), the others are `linearTimesteps`, `trailingTimesteps` and
 * `karrasTimesteps`.
 */
export const spacings = ["respacing", "linear", "trailing", "karras"] as const;

export type Spacing = (typeof spacings)[number];

/**
 * The diffusion that a sampler walks.
 *
 * @param diffusion of the training
 * @param steps how many; with `"respacing"` spacing also a respacing such as `"fast27"`, `"ddim50"`
 * or `"10,15,20"`
 * @throws InvalidArgumentError where the diffusion cannot be cut that way; UnknownNameError where
 * there is no such spacing.
 * @example `spacedDiffusion(diffusion, 20, "karras")`
 */
export function spacedDiffusion(
  diffusion: GaussianDiffusion,
  steps: number | string,
  spacing: Spacing,
): GaussianDiffusion {
  if (spacing === "respacing")
    return respace(
      diffusion,
      spaceTimesteps(diffusion.numTimesteps, typeof steps === "number" ? [steps] : steps),
    );
  if (typeof steps !== "number")
    throw new InvalidArgumentError({
      argument: "steps",
      received: steps,
      expected: `a number of steps with ${spacing} spacing`,
    });
  return respace(diffusion, timesteps(diffusion, steps, spacing));
}

function timesteps(
  diffusion: GaussianDiffusion,
  steps: number,
  spacing: Exclude<Spacing, "respacing">,
): number[] {
  switch (spacing) {
    case "linear":
      return linearTimesteps(diffusion.numTimesteps, steps);
    case "trailing":
      return trailingTimesteps(diffusion.numTimesteps, steps);
    case "karras":
      return karrasTimesteps(diffusion.alphasCumprod, steps);
    default:
      throw new UnknownNameError({ kind: "spacing", asked: spacing, known: spacings });
  }
}
