import {
  type BetaScheduleName,
  betaSchedule,
  type GaussianDiffusion,
  gaussianDiffusion,
  type LegacyBetaScheduleName,
  legacyBetaSchedule,
} from "@glissade/core/diffusion";
import { type CaseContext, type GoldenCase, NotSupported } from "../case.ts";
import { findCall, unquoted } from "../reference-call.ts";

/** a_schedules: the betas of a named schedule and every constant derived from them. */
export default function schedules({ case: golden, tensors, check }: CaseContext): void {
  const process = gaussianDiffusion(betasOf(golden));
  for (const [array, { data: expected }] of tensors)
    check.close(array, processArray(process, array), expected);
}

/** The schedule that the call makes; the functions refuse names that they do not know. */
function betasOf({ name, call = "" }: GoldenCase): Float64Array {
  const named = findCall(call, "get_named_beta_schedule");
  if (named)
    return betaSchedule(
      unquoted(named.positional[0] ?? "") as BetaScheduleName,
      Number(named.positional[1]),
    );
  const legacy = findCall(call, "get_beta_schedule");
  if (!legacy) throw new NotSupported(`the call of ${name} makes no schedule that is known`);
  const argument = (key: string) => Number(legacy.named.get(key));
  return legacyBetaSchedule(unquoted(legacy.positional[0] ?? "") as LegacyBetaScheduleName, {
    betaStart: argument("beta_start"),
    betaEnd: argument("beta_end"),
    steps: argument("num_diffusion_timesteps"),
  });
}

/** An array of the process by the reference's name (`sqrt_alphas_cumprod`). */
export function processArray(process: GaussianDiffusion, name: string): Float64Array {
  if (name === "log_betas") return process.betas.map(Math.log);
  const array =
    process[
      name.replaceAll(/_(\w)/g, (_, letter: string) =>
        letter.toUpperCase(),
      ) as keyof GaussianDiffusion
    ];
  if (!(array instanceof Float64Array)) throw new NotSupported(`the process has no array ${name}`);
  return array;
}
