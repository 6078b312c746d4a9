import {
  type BetaScheduleName,
  betaSchedule,
  type GaussianDiffusion,
  gaussianDiffusion,
  respace,
  spaceTimesteps,
} from "@glissade/core/diffusion";
import type { GoldenCase } from "./case.ts";

/** A constructor or function call of the reference as a case's `call` spells it. */
export interface ReferenceCall {
  readonly positional: readonly string[];
  readonly named: ReadonlyMap<string, string>;
}

/**
 * The arguments of the first call of `name` in the text, e.g. `ResBlock(32, 40, 0,
 * out_channels=64)`; undefined where there is none.
 */
export function findCall(text: string, name: string): ReferenceCall | undefined {
  const start = new RegExp(`\\b${name}\\(`).exec(text);
  if (!start) return undefined;
  const parts = splitArguments(text.slice(start.index + start[0].length));
  const named = parts.flatMap((part) => {
    const [, key, value] = /^(\w+)\s*=\s*(.*)$/s.exec(part) ?? [];
    return key === undefined || value === undefined ? [] : [[key, value] as const];
  });
  return { positional: parts.filter((part) => !/^\w+\s*=/.test(part)), named: new Map(named) };
}

/** The text up to the closing bracket, cut at the commas that lie outside brackets and quotes. */
function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = "";
  let part = "";
  for (const character of text) {
    if (quote) quote = character === quote ? "" : quote;
    else if (character === "'" || character === '"') quote = character;
    else if ("([{".includes(character)) depth++;
    else if (")]}".includes(character) && --depth < 0) break;
    else if (character === "," && depth === 0) {
      parts.push(part.trim());
      part = "";
      continue;
    }
    part += character;
  }
  return part.trim() === "" ? parts : [...parts, part.trim()];
}

/** The process that a case's `SpacedDiffusion(...)` describes, or its `values`. */
export function referenceProcess({
  call = "",
  values,
}: Pick<GoldenCase, "call" | "values">): GaussianDiffusion {
  const spacing = findCall(call, "space_timesteps")?.positional ?? [];
  const steps = Number(values?.T ?? spacing[0] ?? 1000);
  const named =
    findCall(call, "get_named_beta_schedule")?.positional[0] ??
    findCall(call, "SpacedDiffusion")?.positional[1] ??
    "";
  // betaSchedule refuses other names
  const schedule = String(values?.schedule ?? unquoted(named)) as BetaScheduleName;
  const respacing = String(values?.respacing ?? unquoted(spacing[1] ?? ""));
  const process = gaussianDiffusion(betaSchedule(schedule, steps));
  if (respacing === "") return process;
  const counts = respacing.startsWith("[") ? (JSON.parse(respacing) as number[]) : respacing;
  return respace(process, spaceTimesteps(steps, counts));
}

export function unquoted(text: string): string {
  return text.replace(/^(['"])(.*)\1$/s, "$2");
}
