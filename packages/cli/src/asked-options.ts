import {
  type GenerateOptions,
  guidanceByName,
  guidanceRules,
  InvalidArgumentError,
  type NamedGuidance,
  type NamedSampler,
  randomSeed,
  type SamplerName,
  type Spacing,
  samplerFrom,
  samplers,
  spacings,
  type UpscalingOptions,
} from "@glissade/core";
import { type Arguments, given, type OptionTable } from "./arguments.ts";
import { runOptions } from "./generation.ts";
import { defaultModel } from "./model-source.ts";
import { parseNamed } from "./named-settings.ts";

const samplerNames = Object.keys(samplers) as SamplerName[];

/**
 * The same command makes the same image unless it is told otherwise. With this seed the model
 * that comes along draws its red apple red.
 */
const defaultSeed = 5;

/** Options of every command that draws from a prompt. */
export const samplingOptions = {
  out: {
    short: "o",
    value: "FILE|DIR",
    about:
      "The PNG file to write (overwritten where it exists), or a folder for it. Default: a new name made of prompt and seed, here.",
  },
  count: {
    short: "n",
    value: "N",
    about:
      "How many images, 1 to 256. More than one are numbered, and a contact sheet shows them all. Default: 1.",
  },
  seed: {
    short: "s",
    value: "N|random",
    about: `From 0 to 2^53 - 1; image k has seed N + k. The same seed makes the same image; random makes another each time. Default: ${defaultSeed}.`,
  },
  "seed-mode": {
    value: "MODE",
    about:
      "per-image: each image has its own noise (the default). batch: one stream for all, drawn in PyTorch's order, as the published notebook does.",
  },
  steps: {
    value: "N|RESPACING",
    about:
      'How many steps from noise to image, or a respacing such as "fast27", "ddim50" or "10,15,20". Default: the model\'s own.',
  },
  sampler: {
    value: "NAME",
    about: `${samplerNames.join(", ")}; with options as ddim:eta=0.5. Default: the model's own.`,
  },
  spacing: {
    value: "NAME",
    about: `How the steps are spread: ${spacings.join(", ")}. Default: what suits the sampler.`,
  },
  guidance: {
    short: "g",
    value: "SCALE",
    about: "How closely to follow the prompt; 1 is no guidance. Default: the model's own.",
  },
  "guidance-rule": {
    value: "RULE",
    about:
      `Another rule than --guidance, with options, such as adaptive-projected:scale=8,eta=0: ` +
      `${Object.keys(guidanceRules).join(", ")}.`,
  },
  negative: { value: "TEXT", about: "What the image should not show." },
  clip: {
    value: "SCALE",
    about:
      "How strongly the model's noised CLIP leads the image to the prompt, beside --guidance or, with --guidance 1, alone. Default: 0, not at all.",
  },
  keep: {
    value: "N",
    about:
      "Give back only the N of the --count images that fit the prompt best by the model's CLIP, the best first.",
  },
  upscale: {
    value: "STEPS|no",
    about:
      'Steps of the upsampler, or a respacing such as "fast27"; no leaves it out. Default: used where the model has one, with its own steps.',
  },
  temperature: {
    value: "X",
    about:
      "Of the upsampler's first noise: a little less than 1 is smoother. Default: the model's own.",
  },
  model: {
    short: "m",
    value: "SOURCE",
    about: `An installed package, a folder, or the URL of one. Default: ${defaultModel}.`,
  },
  ...runOptions,
} as const satisfies OptionTable;

/** Some of the options above, for commands that do not take all. */
export function someSamplingOptions<Name extends keyof typeof samplingOptions>(
  ...names: readonly Name[]
): Pick<typeof samplingOptions, Name> {
  const chosen = names.map((name) => [name, samplingOptions[name]] as const);
  // fromEntries forgets which names they are
  return Object.fromEntries(chosen) as Pick<typeof samplingOptions, Name>;
}

export type SamplingArguments = Arguments<keyof typeof samplingOptions>;
export type AskedOptions = GenerateOptions &
  Required<Pick<GenerateOptions, "count" | "seed">> & { readonly prompt: string };

/**
 * Everything that can be checked before the model is there is checked here. @throws
 * InvalidArgumentError or UnknownNameError for the first value that is wrong
 */
export function readSamplingOptions(args: SamplingArguments, prompt: string): AskedOptions {
  if (prompt.trim() === "")
    throw new InvalidArgumentError({
      argument: "prompt",
      received: prompt,
      expected: "a description of the image",
      hint: 'For example "a red apple".',
    });
  const count = args.integer("count", 1, 256) ?? 1;
  return {
    prompt,
    count,
    ...readSampler(args),
    ...given({
      negativePrompt: args.text("negative"),
      seedMode: args.choice("seed-mode", "seed mode", ["per-image", "batch"]),
      guidance: readGuidance(args),
      clipGuidance: args.decimal("clip", 0),
      keepBest: args.integer("keep", 1, count),
      upscale: readUpscaling(args),
    }),
  };
}

/** `--guidance` or `--guidance-rule`. */
function readGuidance(
  args: Arguments<"guidance" | "guidance-rule">,
): number | NamedGuidance | undefined {
  const rule = parseNamed(args.nonEmpty("guidance-rule"));
  if (rule === undefined) return args.decimal("guidance", 0);
  guidanceByName(rule);
  return rule as NamedGuidance; // as just checked
}

function readSamplerName(text: string | undefined): SamplerName | NamedSampler | undefined {
  const { name, ...options } = parseNamed(text) ?? {};
  if (name === undefined) return undefined;
  const plain = Object.entries(options).flatMap(([option, value]) =>
    typeof value === "object" ? [] : [[option, value] as const],
  );
  const sampler = Object.keys(options).length === 0 ? name : { name, ...Object.fromEntries(plain) };
  samplerFrom(sampler);
  return sampler as SamplerName | NamedSampler; // as just checked
}

/** Those of an upsampler alone. */
export function readUpscalingOptions(
  args: Arguments<
    "count" | "seed" | "negative" | "steps" | "sampler" | "spacing" | "guidance" | "temperature"
  >,
) {
  return {
    count: args.integer("count", 1, 256) ?? 1,
    ...readSampler(args),
    ...given({
      negativePrompt: args.text("negative"),
      guidance: args.decimal("guidance", 0),
      temperature: args.decimal("temperature", 0),
    }),
  };
}

/** Options of `sample` alone. */
export const classOptions = {
  class: {
    short: "c",
    value: "N,...",
    about:
      "The class, counted from 0: ImageNet's 207 is the golden retriever. Several make an image each.",
  },
  scale: {
    value: "SCALE",
    about:
      "How strongly the classifier leads to the class; 0 is not at all. Default: the model's own.",
  },
} as const satisfies OptionTable;

/** What `sample` was asked for. Several classes are as many images. */
export function readClassOptions(
  args: Arguments<"class" | "scale" | "count" | "seed" | "steps" | "sampler" | "spacing">,
) {
  const classes = readClasses(args.text("class"));
  const count = args.integer("count", 1, 256) ?? classes?.length ?? 1;
  const one = classes?.length === 1 ? classes[0] : undefined;
  return {
    count,
    ...readSampler(args),
    ...given({ classes: one ?? classes, classifierScale: args.decimal("scale", 0) }),
  };
}

function readClasses(text: string | undefined): readonly number[] | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}(,\d{1,9}){0,255}$/.test(text)) return text.split(",").map(Number);
  throw new InvalidArgumentError({
    argument: "--class",
    received: text,
    expected: "a whole number from 0, or up to 256 of them such as 207,360",
  });
}

/** How a network samples, and from which noise. */
function readSampler(args: Arguments<"seed" | "steps" | "sampler" | "spacing">) {
  return {
    seed: readSeed(args),
    ...readSteps(args.text("steps"), "steps"),
    ...given({
      sampler: readSamplerName(args.nonEmpty("sampler")),
      spacing: args.choice("spacing", "spacing", spacings) ?? ownSpacing(args.text("steps")),
    }),
  };
}

function readSeed(args: Arguments<"seed">): number {
  return args.text("seed") === "random"
    ? randomSeed()
    : (args.integer("seed", 0, Number.MAX_SAFE_INTEGER) ?? defaultSeed);
}

function readUpscaling(args: SamplingArguments): UpscalingOptions | false | undefined {
  const temperature = args.decimal("temperature", 0);
  if (args.text("upscale") === "no") return false;
  if (args.text("upscale") === undefined && temperature === undefined) return undefined;
  return {
    ...readSteps(args.text("upscale"), "upscale"),
    ...given({ temperature, spacing: ownSpacing(args.text("upscale")) }),
  };
}

/** A respacing such as "fast27". */
const respacing = /^(fast27|ddim\d+|\d+(,\d+)+)$/;

/** The spacing that respacings belong to. */
function ownSpacing(steps: string | undefined): Spacing | undefined {
  return steps !== undefined && respacing.test(steps) ? "respacing" : undefined;
}

/** A number of steps, or the text of a respacing. */
function readSteps(
  text: string | undefined,
  option: "steps" | "upscale",
): { readonly steps?: number | string } {
  if (text === undefined) return {};
  if (respacing.test(text)) return { steps: text };
  if (/^\d+$/.test(text) && Number(text) > 0) return { steps: Number(text) };
  throw new InvalidArgumentError({
    argument: `--${option}`,
    received: text,
    expected: 'a whole number from 1, or a respacing such as "fast27", "ddim50" or "10,15,20"',
  });
}
