import {
  type BetaScheduleName,
  betaSchedule,
  type GaussianDiffusion,
  gaussianDiffusion,
  type LegacyBetaScheduleName,
  legacyBetaSchedule,
} from "@glissade/core";
import { type CaseContext, NotSupported } from "../case.ts";

/** a_schedules: the betas of a named schedule and every constant derived from them. */
export default function schedules({ case: { name }, tensors, check }: CaseContext): void {
  const process = gaussianDiffusion(betasOf(name));
  for (const [array, { data: expected }] of tensors) check.close(array, processArray(process, array), expected);
}

function betasOf(caseName: string): Float64Array {
  const [, legacy, name, steps] = /^(old_)?(\w+)_T(\d+)$/.exec(caseName) ?? [];
  if (!name) throw new NotSupported(`no schedule in the case's name: ${caseName}`);
  if (legacy) return legacyBetaSchedule(name as LegacyBetaScheduleName, { betaStart: 0.0001, betaEnd: 0.02, steps: Number(steps) });
  return betaSchedule(name as BetaScheduleName, Number(steps));
}

/** An array of the process by the reference's name (`sqrt_alphas_cumprod`). */
export function processArray(process: GaussianDiffusion, name: string): Float64Array {
  if (name === "log_betas") return process.betas.map(Math.log);
  const array = process[name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()) as keyof GaussianDiffusion];
  if (!(array instanceof Float64Array)) throw new NotSupported(`the process has no array ${name}`);
  return array;
}
