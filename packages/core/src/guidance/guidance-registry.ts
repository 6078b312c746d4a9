import { InvalidArgumentError, UnknownNameError } from "@glissade/graph";
import { type AdaptiveProjectedOptions, adaptiveProjected } from "./adaptive-projected.ts";
import { type AutoguidanceOptions, autoguidance } from "./autoguidance.ts";
import { type CfgZeroOptions, cfgZero } from "./cfg-zero.ts";
import { type ClassifierFreeOptions, classifierFree } from "./classifier-free.ts";
import type { Guidance, GuidanceSettings } from "./guidance.ts";

interface GuidanceEntry<Options> {
  readonly create: (options?: Options) => Guidance;
  /** The options' names; plain data takes no others. */
  readonly options: readonly (keyof Options & string)[];
}

/** The rules by name. */
export const guidanceRules = {
  "classifier-free": entry<ClassifierFreeOptions>(classifierFree, "scale", "interval", "rescale"),
  autoguidance: entry<AutoguidanceOptions>(autoguidance, "scale", "interval"),
  "adaptive-projected": entry<AdaptiveProjectedOptions>(
    adaptiveProjected,
    "scale",
    "eta",
    "norm",
    "interval",
  ),
  "cfg-zero": entry<CfgZeroOptions>(cfgZero, "scale", "zeroUntil", "interval"),
} as const;

export type GuidanceName = keyof typeof guidanceRules;

/** A rule's name with its options. */
export type NamedGuidance = {
  readonly [Name in GuidanceName]: { readonly name: Name } & OptionsOf<Name>;
}[GuidanceName];

type OptionsOf<Name extends GuidanceName> = NonNullable<
  Parameters<(typeof guidanceRules)[Name]["create"]>[0]
>;

/**
 * The rule of a name and its options, of any origin.
 *
 * @throws UnknownNameError for a name or an option that is not known; InvalidArgumentError for an
 * option that is wrong
 * @example `guidanceByName({ name: "adaptive-projected", scale: 8 })`
 */
export function guidanceByName({ name, ...options }: GuidanceSettings | NamedGuidance): Guidance {
  if (!isGuidanceName(name))
    throw new UnknownNameError({
      kind: "guidance rule",
      asked: name,
      known: Object.keys(guidanceRules),
    });
  const { create, options: known }: GuidanceEntry<never> = guidanceRules[name];
  for (const [option, value] of Object.entries(options)) {
    if (option !== "imageChannels" && !known.some((each) => each === option))
      throw new UnknownNameError({ kind: `option of ${name}`, asked: option, known });
    const isRight =
      option === "interval"
        ? Array.isArray(value) && value.length === 2
        : typeof value === "number" || typeof value === "function";
    if (!isRight)
      throw new InvalidArgumentError({
        argument: option,
        received: value,
        expected: option === "interval" ? "[from, to]" : "a number",
      });
  }
  return create(options as never); // the rule checks their values
}

function isGuidanceName(name: unknown): name is GuidanceName {
  return typeof name === "string" && Object.hasOwn(guidanceRules, name);
}

function entry<Options>(
  create: (options?: Options) => Guidance,
  ...options: readonly (keyof Options & string)[]
): GuidanceEntry<Options> {
  return { create, options };
}
