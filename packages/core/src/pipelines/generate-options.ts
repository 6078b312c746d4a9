import { display, InvalidArgumentError } from "../errors.ts";
import { type ClassifierFreeOptions, classifierFree, type Guidance } from "../guidance/index.ts";
import { assertSeed, imageSeeds, randomSeed } from "../random/index.ts";
import { type Sampler, type SamplerName, type Spacing, samplerByName, spacings } from "../samplers/index.ts";
import type { GenerationDefaults } from "./model-folder.ts";

/** Most pictures of one call: their noise and text features are held at once. */
const largestCount = 256;

export interface GenerateOptions {
  /** What the picture should show. Longer text than the network reads is cut, with a warning. */
  readonly prompt: string;
  /** What it should not show: takes the empty prompt's place in classifier-free guidance. */
  readonly negativePrompt?: string;
  /** Number of pictures, 1 to 256. Default 1. */
  readonly count?: number;
  /** An integer from 0 to 2^53 - 1. Picture k has the seed `seed + k`, and is the same alone. Default: a random one, told in the result. */
  readonly seed?: number;
  /**
   * `"per-image"` (default): every picture has its own stream of noise. `"batch"`: one stream for all, drawn in the order of the reference's notebook, so that its picture for a seed is made again.
   */
  readonly seedMode?: "per-image" | "batch";
  /** Network evaluations grow with it: the number of steps, 1 to the length of the training process, or a respacing such as `"fast27"`. Default: the model's own. */
  readonly steps?: number | string;
  /** A name (`samplers` lists them) or a sampler made by hand. Default: the model's own. */
  readonly sampler?: SamplerName | Sampler;
  /** How the steps are spread. Default: what suits the sampler. */
  readonly spacing?: Spacing;
  /** The scale of classifier-free guidance (1 = none), its options, or another rule. Default: the model's own scale. */
  readonly guidance?: number | ClassifierFreeOptions | Guidance;
  /** Clip predictions by the given percentile (0 to 1, e.g. 0.995) instead of at -1 and 1. Saharia et al. 2022, section 2.3. */
  readonly dynamicThresholding?: number;
  /** Stops between two steps, with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What a picture was made with, complete and as plain data: the same settings make the same picture. */
export interface GenerateSettings {
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly count: number;
  readonly seed: number;
  readonly seedMode: "per-image" | "batch";
  readonly steps: number | string;
  /** The sampler's name; `"custom"` for one made by hand. */
  readonly sampler: string;
  readonly spacing: Spacing;
  /** Undefined where the guidance is a rule made by hand or has a schedule. */
  readonly guidance: { readonly scale: number; readonly interval: readonly [number, number]; readonly rescale: number } | undefined;
  readonly dynamicThresholding: number | undefined;
}

/** Settings and the parts made from them. */
export interface ResolvedOptions {
  readonly settings: GenerateSettings;
  readonly seeds: readonly number[];
  readonly sampler: Sampler;
  readonly guidance: Guidance;
}

/**
 * Checks every option before anything runs, and fills in what was left out.
 *
 * @throws InvalidArgumentError or UnknownNameError for the first option that is wrong
 */
export function resolveOptions(options: GenerateOptions, defaults: GenerationDefaults, trainingSteps: number): ResolvedOptions {
  if (typeof options !== "object" || options === null)
    throw new InvalidArgumentError({ argument: "options", received: options, expected: 'an object such as { prompt: "a red apple" }' });
  const prompt = assertPrompt(options.prompt);
  const count = options.count ?? 1;
  if (!(Number.isInteger(count) && count >= 1 && count <= largestCount))
    throw new InvalidArgumentError({ argument: "count", received: count, expected: `an integer from 1 to ${largestCount}` });
  const seed = options.seed ?? randomSeed();
  assertSeed(seed);
  const seedMode = options.seedMode ?? "per-image";
  if (seedMode !== "per-image" && seedMode !== "batch")
    throw new InvalidArgumentError({ argument: "seedMode", received: seedMode, expected: '"per-image" or "batch"' });

  const asked = options.sampler ?? (defaults.sampler as SamplerName);
  const entry = typeof asked === "function" ? undefined : samplerByName(asked);
  const spacing = options.spacing ?? entry?.spacing ?? "respacing";
  if (!spacings.includes(spacing)) throw new InvalidArgumentError({ argument: "spacing", received: spacing, expected: `one of ${spacings.join(", ")}` });
  const guidance = resolveGuidance(options.guidance ?? defaults.guidanceScale);
  return {
    settings: {
      prompt,
      negativePrompt: options.negativePrompt === undefined ? "" : assertText("negativePrompt", options.negativePrompt),
      count,
      seed,
      seedMode,
      steps: assertSteps(options.steps ?? defaults.steps, spacing, trainingSteps),
      sampler: typeof asked === "function" ? "custom" : asked,
      spacing,
      guidance: guidance.plain,
      dynamicThresholding: assertThreshold(options.dynamicThresholding),
    },
    seeds: imageSeeds(seed, count),
    sampler: typeof asked === "function" ? asked : samplerByName(asked).create(),
    guidance: guidance.rule,
  };
}

function assertPrompt(prompt: unknown): string {
  const text = assertText("prompt", prompt);
  if (text.trim() === "")
    throw new InvalidArgumentError({ argument: "prompt", received: prompt, expected: "a description of the picture", hint: 'For example "a red apple".' });
  return text;
}

/** Length and lone surrogates are the tokenizer's to judge. */
function assertText(argument: string, value: unknown): string {
  if (typeof value !== "string") throw new InvalidArgumentError({ argument, received: value, expected: "a string" });
  return value;
}

function assertSteps(steps: unknown, spacing: Spacing, trainingSteps: number): number | string {
  if (typeof steps === "string" && spacing === "respacing") return steps; // respacing has its own grammar and errors
  if (typeof steps === "number" && Number.isInteger(steps) && steps >= 1 && steps <= trainingSteps) return steps;
  const alternative = spacing === "respacing" ? ', or a respacing such as "fast27"' : ` with ${spacing} spacing`;
  throw new InvalidArgumentError({ argument: "steps", received: steps, expected: `an integer from 1 to ${trainingSteps}${alternative}` });
}

function assertThreshold(percentile: number | undefined): number | undefined {
  if (percentile === undefined || (percentile > 0 && percentile <= 1)) return percentile;
  throw new InvalidArgumentError({ argument: "dynamicThresholding", received: percentile, expected: "a percentile above 0 and up to 1, e.g. 0.995" });
}

function resolveGuidance(guidance: unknown): { rule: Guidance; plain: GenerateSettings["guidance"] } {
  if (isGuidance(guidance)) return { rule: guidance, plain: undefined };
  if (typeof guidance !== "number" && (typeof guidance !== "object" || guidance === null)) {
    throw new InvalidArgumentError({ argument: "guidance", received: guidance, expected: "a scale, options of classifier-free guidance, or a guidance rule" });
  }
  const options: ClassifierFreeOptions = typeof guidance === "number" ? { scale: guidance } : guidance;
  const { scale = 3, interval = [0, 1], rescale = 0 } = options;
  return { rule: classifierFree(options), plain: typeof scale === "number" ? { scale, interval: [interval[0], interval[1]], rescale } : undefined };
}

function isGuidance(value: unknown): value is Guidance {
  return (
    typeof value === "object" &&
    value !== null &&
    "combine" in value &&
    typeof value.combine === "function" &&
    "plan" in value &&
    typeof value.plan === "function"
  );
}

/** A warning about a request that can be served, but not quite as asked. */
export interface GenerateWarning {
  readonly argument: string;
  readonly message: string;
}

export function truncationWarning(argument: string, text: string, contextLength: number): GenerateWarning {
  return { argument, message: `${argument} ${display(text)} has more than ${contextLength} tokens; the network does not see its end.` };
}
