import { UnknownNameError } from "@glissade/graph";
import type { GradientRule } from "../diffusion/denoise.ts";
import type { Spacing } from "../diffusion/spacing.ts";
import { ddim } from "./ddim.ts";
import { ddpm } from "./ddpm.ts";
import { dpmSolverPlusPlus2M } from "./dpm-solver-plus-plus.ts";
import { dpmSolverPlusPlus2MSde } from "./dpm-solver-plus-plus-sde.ts";
import { euler } from "./euler.ts";
import { eulerAncestral } from "./euler-ancestral.ts";
import { heun } from "./heun.ts";
import { langevin } from "./langevin.ts";
import { plms } from "./plms.ts";
import type { Sampler } from "./sampler.ts";
import { unipc } from "./unipc.ts";

export interface SamplerEntry {
  /** Makes the sampler with its default options. */
  readonly create: () => Sampler;
  /** How the steps are chosen where nobody says. */
  readonly spacing: Spacing;
  /** Evaluations of the network a step, with default options (one fewer or more in a whole run). */
  readonly evaluationsPerStep: number;
  /** Whether the picture depends on the starting noise alone, with default options. */
  readonly deterministic: boolean;
  /** What `withGradient` has to do for this sampler. */
  readonly gradientRule: GradientRule;
}

/** The samplers by name. `samplers.ddim.create({ eta: 0.5 })` takes the sampler's own options. */
export const samplers = {
  ddpm: {
    create: ddpm,
    spacing: "respacing",
    evaluationsPerStep: 1,
    deterministic: false,
    gradientRule: "mean",
  },
  ddim: {
    create: ddim,
    spacing: "respacing",
    evaluationsPerStep: 1,
    deterministic: true,
    gradientRule: "score",
  },
  plms: {
    create: plms,
    spacing: "karras",
    evaluationsPerStep: 1,
    deterministic: true,
    gradientRule: "score",
  },
  euler: {
    create: euler,
    spacing: "karras",
    evaluationsPerStep: 1,
    deterministic: true,
    gradientRule: "score",
  },
  "euler-ancestral": {
    create: eulerAncestral,
    spacing: "karras",
    evaluationsPerStep: 1,
    deterministic: false,
    gradientRule: "score",
  },
  heun: {
    create: heun,
    spacing: "karras",
    evaluationsPerStep: 2,
    deterministic: true,
    gradientRule: "score",
  },
  "dpmpp-2m": {
    create: dpmSolverPlusPlus2M,
    spacing: "karras",
    evaluationsPerStep: 1,
    deterministic: true,
    gradientRule: "score",
  },
  "dpmpp-2m-sde": {
    create: dpmSolverPlusPlus2MSde,
    spacing: "karras",
    evaluationsPerStep: 1,
    deterministic: false,
    gradientRule: "score",
  },
  unipc: {
    create: unipc,
    spacing: "karras",
    evaluationsPerStep: 1,
    deterministic: true,
    gradientRule: "score",
  },
  langevin: {
    create: langevin,
    spacing: "karras",
    evaluationsPerStep: 5,
    deterministic: false,
    gradientRule: "score",
  },
} as const satisfies Readonly<Record<string, SamplerEntry>>;

export type SamplerName = keyof typeof samplers;

/**
 * @throws UnknownNameError, which lists the known names.
 * @example `samplerByName("dpmpp-2m").create()`
 */
export function samplerByName(name: string): SamplerEntry {
  if (!isSamplerName(name))
    throw new UnknownNameError({ kind: "sampler", asked: name, known: Object.keys(samplers) });
  return samplers[name];
}

function isSamplerName(name: unknown): name is SamplerName {
  return typeof name === "string" && Object.hasOwn(samplers, name);
}
