import { GlissadeError } from "@glissade/core";
import {
  type BetaScheduleName,
  betaSchedule,
  gaussianDiffusion,
  respace,
  spaceTimesteps,
} from "@glissade/core/diffusion";
import type { CaseContext } from "../case.ts";
import { processArray } from "./schedules.ts";

interface RespacingValues {
  readonly num_timesteps: number;
  readonly section_counts: string | readonly number[];
  readonly timesteps?: readonly number[];
}

/** b_respacing: which steps a specification keeps, and the shortened process. */
export default function respacing({ case: { name, values }, tensors, check }: CaseContext): void {
  const { num_timesteps, section_counts, timesteps } = values as unknown as RespacingValues;
  if (name.startsWith("error_")) {
    check.equal("rejected", rejects(num_timesteps, section_counts), true);
    return;
  }
  const kept = spaceTimesteps(num_timesteps, section_counts);
  if (timesteps) check.equal("timesteps", kept, timesteps);
  for (const [tensorName, { data: expected }] of tensors) {
    if (tensorName === "timesteps") {
      check.equal("timesteps", kept, Array.from(expected, Number));
      continue;
    }
    const [schedule, array] = tensorName.split(".") as [BetaScheduleName, string];
    const process = respace(gaussianDiffusion(betaSchedule(schedule, num_timesteps)), kept);
    check.equal("timestepMap", process.timestepMap, kept);
    check.close(tensorName, processArray(process, array), expected);
  }
}

function rejects(numTimesteps: number, sectionCounts: string | readonly number[]): boolean {
  try {
    spaceTimesteps(numTimesteps, sectionCounts);
    return false;
  } catch (error) {
    if (GlissadeError.isInstance(error)) return true;
    throw error;
  }
}
