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
  /** Makes the sampler; without options with its defaults. */
  readonly create: (options?: never) => Sampler;
  /** The names of its options. */
  readonly options: readonly string[];
  /** How the steps are chosen where nobody says. */
  readonly spacing: Spacing;
  /** Evaluations of the network a step, with default options (one fewer or more in a whole run). */
  readonly evaluationsPerStep: number;
  /** Whether the image depends on the starting noise alone, with default options. */
  readonly deterministic: boolean;
  /** What `withGradient` has to do for this sampler. */
  readonly gradientRule: GradientRule;
}

/** The samplers by name. `samplers.ddim.create({ eta: 0.5 })` takes the sampler's own options. */
export const samplers = {
  ddpm: {
    create: ddpm,
    options: [],
    spacing: "respacing",
    evaluationsPerStep: 1,
    deterministic: false,
    gradientRule: "mean",
  },
  ddim: {
    create: ddim,
    options: ["eta"],
    spacing: "respacing",
    evaluationsPerStep: 1,
    deterministic: true,
    gradientRule: "score",
  },
  plms: {
    create: plms,
    options: [],
    spacing: "karras",
    evaluationsPerStep: 1,
    deterministic: true,
    gradientRule: "score",
  },
  euler: {
    create: euler,
    options: [],
    spacing: "karras",
    evaluationsPerStep: 1,
    deterministic: true,
    gradientRule: "score",
  },
  "euler-ancestral": {
    create: eulerAncestral,
    options: ["eta"],
    spacing: "karras",
    evaluationsPerStep: 1,
    deterministic: false,
    gradientRule: "score",
  },
  heun: {
    create: heun,
    options: [],
    spacing: "karras",
    evaluationsPerStep: 2,
    deterministic: true,
    gradientRule: "score",
  },
  "dpmpp-2m": {
    create: dpmSolverPlusPlus2M,
    options: [],
    spacing: "karras",
    evaluationsPerStep: 1,
    deterministic: true,
    gradientRule: "score",
  },
  "dpmpp-2m-sde": {
    create: dpmSolverPlusPlus2MSde,
    options: ["eta"],
    spacing: "karras",
    evaluationsPerStep: 1,
    deterministic: false,
    gradientRule: "score",
  },
  unipc: {
    create: unipc,
    options: [],
    spacing: "karras",
    evaluationsPerStep: 1,
    deterministic: true,
    gradientRule: "score",
  },
  langevin: {
    create: langevin,
    options: ["stepsPerLevel", "stepSize", "denoiseFinal"],
    spacing: "karras",
    evaluationsPerStep: 5,
    deterministic: false,
    gradientRule: "score",
  },
} as const satisfies Readonly<Record<string, SamplerEntry>>;

export type SamplerName = keyof typeof samplers;

type OptionsOf<Name extends SamplerName> =
  Parameters<(typeof samplers)[Name]["create"]> extends readonly []
    ? unknown
    : NonNullable<Parameters<(typeof samplers)[Name]["create"]>[0]>;

/** A sampler's name with its options: `{ name: "ddim", eta: 0.5 }`. */
export type NamedSampler = {
  readonly [Name in SamplerName]: { readonly name: Name } & OptionsOf<Name>;
}[SamplerName];

/** A sampler as plain data: what a file or a message can hold. */
export interface SamplerSpecification {
  readonly name: string;
  readonly [option: string]: number | string | boolean;
}

/**
 * The sampler of a name, with or without options, of any origin.
 *
 * @throws UnknownNameError for a name or an option that is not known; InvalidArgumentError for an
 * option that is wrong
 * @example `samplerFrom({ name: "ddim", eta: 0.5 })`
 */
export function samplerFrom(asked: string | SamplerSpecification | NamedSampler): Sampler {
  const { name, ...options } = typeof asked === "string" ? { name: asked } : asked;
  const { create, options: known } = samplerByName(name);
  for (const option of Object.keys(options))
    if (!known.includes(option))
      throw new UnknownNameError({ kind: `option of ${name}`, asked: option, known });
  return create(options as never); // the sampler checks their values
}

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
