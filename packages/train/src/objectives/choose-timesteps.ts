import { UnknownNameError } from "@glissade/core";
import { lossSecondMoment } from "./loss-second-moment.ts";
import { shiftedTimesteps } from "./shifted-timesteps.ts";
import type { TimestepSampler } from "./timestep-sampler.ts";
import { uniformTimesteps } from "./uniform-timesteps.ts";

export const timestepSamplerNames = ["uniform", "loss-second-moment", "shifted"] as const;
export type TimestepSamplerName = (typeof timestepSamplerNames)[number];

/** Which steps a network is trained at, as plain data. */
export interface TimestepChoice {
  readonly sampler: TimestepSamplerName;
  /** Of `"shifted"`. Default 1, which is uniform. */
  readonly shift?: number;
}

/**
 * @throws UnknownNameError where there is no such sampler; InvalidArgumentError where the shift is
 * not positive
 * @example `chooseTimesteps(1000, { sampler: "shifted", shift: 6 })`
 */
export function chooseTimesteps(
  numTimesteps: number,
  { sampler, shift = 1 }: TimestepChoice,
): TimestepSampler {
  switch (sampler) {
    case "uniform":
      return uniformTimesteps(numTimesteps);
    case "loss-second-moment":
      return lossSecondMoment(numTimesteps);
    case "shifted":
      return shiftedTimesteps(numTimesteps, shift);
    default:
      throw new UnknownNameError({
        kind: "timestep sampler",
        asked: sampler,
        known: timestepSamplerNames,
      });
  }
}
