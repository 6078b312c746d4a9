import { display, InvalidArgumentError } from "@glissade/graph";
import type { GradientGuidance } from "../../guidance/index.ts";
import {
  clipOf,
  type ModelDescription,
  type StageDescription,
} from "../../model/description/read.ts";
import { assertSeed, imageSeeds, randomSeed } from "../../random/index.ts";
import type { GlideTokenizer } from "../../text/index.ts";
import {
  type ClipGuidanceOptions,
  type ClipGuidanceSettings,
  type ResolvedClipGuidance,
  resolveClipGuidance,
} from "./clip.ts";
import {
  type ResolvedSampler,
  resolveSampler,
  type SamplerOptions,
  type SamplerSettings,
} from "./sampler.ts";
import {
  type ResolvedUpscaling,
  resolveUpscaling,
  type UpscalingOptions,
  type UpscalingSettings,
} from "./upscaling.ts";

/** Most pictures of one call: their noise and text features are held at once. */
const largestCount = 256;

/** A prompt among several. */
export interface WeightedPrompt {
  readonly prompt: string;
  /** How much it counts; negative to lead away from it. */
  readonly weight: number;
}

/** What all pipelines take: prompt, number, seed, and how the base network samples. */
export interface SamplingOptions extends SamplerOptions {
  /**
   * What the picture should show. Several prompts with weights are composed (Liu et al. 2022, arXiv
   * 2206.01714): weights that sum to 1 mix them. `null` draws without a prompt, whatever the model
   * has learned. Longer text than the network reads is cut, with a warning.
   */
  readonly prompt: string | null | readonly WeightedPrompt[];
  /** What it should not show: takes the empty prompt's place in classifier-free guidance. */
  readonly negativePrompt?: string;
  /** Number of pictures, 1 to 256. Default 1. */
  readonly count?: number;
  /**
   * An integer from 0 to 2^53 - 1. Picture k has the seed `seed + k`, and is the same alone.
   * Default: a random one, told in the result.
   */
  readonly seed?: number;
  /**
   * `"per-image"` (default): every picture has its own stream of noise. `"batch"`: one stream for
   * all, drawn in the order of the reference's notebook, so that its picture for a seed is made
   * again.
   */
  readonly seedMode?: "per-image" | "batch";
  /**
   * Clip predictions by the given percentile (0 to 1, e.g. 0.995) instead of at -1 and 1. Saharia
   * et al. 2022, section 2.3.
   */
  readonly dynamicThresholding?: number;
  /**
   * The scale of CLIP guidance (0 = none, the default), or its options: the noised CLIP's gradient
   * leads the pictures, alone or together with classifier-free guidance.
   */
  readonly clipGuidance?: number | ClipGuidanceOptions;
  /**
   * Give back only so many of the `count` pictures: those that fit the prompt best by the model's
   * CLIP, the best first. Pictures that CLIP led have learned to please it: its judgement of them
   * says little.
   */
  readonly keepBest?: number;
  /** Further rules with gradients, e.g. of a classifier of your own. */
  readonly gradients?: readonly GradientGuidance[];
  /**
   * The upsampler's part, or `false` to leave the pictures as the base network makes them. Default:
   * used where the model has one.
   */
  readonly upscale?: boolean | UpscalingOptions;
  /** Stops between two steps, with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * What a picture was made with, complete and as plain data: the same settings make the same
 * picture.
 */
export interface SamplingSettings extends SamplerSettings {
  readonly prompt: string | null | readonly WeightedPrompt[];
  readonly negativePrompt: string;
  readonly count: number;
  readonly seed: number;
  readonly seedMode: "per-image" | "batch";
  readonly dynamicThresholding: number | undefined;
  /** Undefined where there is none, or its scale is a schedule. */
  readonly clipGuidance: ClipGuidanceSettings;
  readonly keepBest: number | undefined;
  /** False where no upsampler took part. */
  readonly upscale: UpscalingSettings | false;
}

/** Settings and the parts made from them. */
export interface ResolvedSampling extends Omit<ResolvedSampler, "settings"> {
  readonly settings: SamplingSettings;
  readonly prompts: readonly (readonly [prompt: string, weight: number])[];
  readonly seeds: readonly number[];
  readonly clipGuidance: ResolvedClipGuidance | undefined;
  readonly gradients: readonly GradientGuidance[];
  readonly upscaling: ResolvedUpscaling | undefined;
}

/**
 * Checks every option before anything runs, and fills in what was left out.
 *
 * @param stage the network that the prompt is for
 * @throws InvalidArgumentError or UnknownNameError for the first option that is wrong;
 * MissingNetworkError where an upsampler is asked for that the model does not have
 */
export function resolveSampling(
  options: SamplingOptions,
  model: ModelDescription,
  stage: StageDescription,
): ResolvedSampling {
  if (typeof options !== "object" || options === null)
    throw new InvalidArgumentError({
      argument: "options",
      received: options,
      expected: 'an object such as { prompt: "a red apple" }',
    });
  const { prompt, prompts, negativePrompt, count, seed } = resolvePrompt(options);
  const seedMode = options.seedMode ?? "per-image";
  if (seedMode !== "per-image" && seedMode !== "batch")
    throw new InvalidArgumentError({
      argument: "seedMode",
      received: seedMode,
      expected: '"per-image" or "batch"',
    });
  // Without a prompt there is nothing that guidance could lead to.
  const { settings, ...parts } = resolveSampler(
    prompt === null ? { ...options, guidance: 1 } : options,
    model.defaults,
    stage.process.numTimesteps,
  );
  const dynamicThresholding = assertThreshold(options.dynamicThresholding);
  const clipGuidance =
    prompt === null ? undefined : resolveClipGuidance(options.clipGuidance, model);
  const keepBest = assertKeepBest(options.keepBest, prompt, count, model);
  const upscaling = resolveUpscaling(
    options.upscale,
    model,
    stage.config.inpainting ? "upsampler_inpaint" : "upsampler",
  );
  return {
    ...parts,
    settings: {
      prompt,
      negativePrompt,
      count,
      seed,
      seedMode,
      ...settings,
      dynamicThresholding,
      clipGuidance: clipGuidance?.settings,
      keepBest,
      upscale: upscaling?.settings ?? false,
    },
    prompts,
    seeds: imageSeeds(seed, count),
    clipGuidance,
    gradients: options.gradients ?? [],
    upscaling,
  };
}

/**
 * What is asked for, checked: its texts with their weights, how many pictures, and from which seed.
 */
export function resolvePrompt(
  options: Pick<SamplingOptions, "prompt" | "negativePrompt" | "count" | "seed">,
) {
  const prompt = assertPrompts(options.prompt);
  const count = options.count ?? 1;
  if (!(Number.isInteger(count) && count >= 1 && count <= largestCount))
    throw new InvalidArgumentError({
      argument: "count",
      received: count,
      expected: `an integer from 1 to ${largestCount}`,
    });
  const seed = options.seed ?? randomSeed();
  assertSeed(seed);
  const prompts: readonly (readonly [prompt: string, weight: number])[] =
    prompt === null
      ? [["", 1]]
      : typeof prompt === "string"
        ? [[prompt, 1]]
        : prompt.map((part) => [part.prompt, part.weight]);
  return {
    prompt,
    prompts,
    count,
    seed,
    negativePrompt:
      options.negativePrompt === undefined
        ? ""
        : assertText("negativePrompt", options.negativePrompt),
  };
}

/** Most prompts of one picture: each is a row of the network's batch. */
const largestPromptCount = 16;

function assertPrompts(prompt: unknown): SamplingOptions["prompt"] {
  if (prompt === null) return null;
  if (!Array.isArray(prompt)) return assertPrompt("prompt", prompt);
  if (prompt.length === 0 || prompt.length > largestPromptCount)
    throw new InvalidArgumentError({
      argument: "prompt",
      received: `${prompt.length} prompts`,
      expected: `1 to ${largestPromptCount} prompts with weights`,
    });
  return prompt.map((part: Partial<WeightedPrompt> | null, k) => {
    const weight = part?.weight;
    if (typeof weight !== "number" || !Number.isFinite(weight))
      throw new InvalidArgumentError({
        argument: `prompt[${k}].weight`,
        received: weight,
        expected: "a finite number",
      });
    return { prompt: assertPrompt(`prompt[${k}].prompt`, part?.prompt), weight };
  });
}

function assertPrompt(argument: string, prompt: unknown): string {
  const text = assertText(argument, prompt);
  if (text.trim() === "") {
    throw new InvalidArgumentError({
      argument,
      received: prompt,
      expected: "a description of the picture",
      hint: 'For example "a red apple"; null draws without a prompt.',
    });
  }
  return text;
}

/** Length and lone surrogates are the tokenizer's to judge. */
function assertText(argument: string, value: unknown): string {
  if (typeof value !== "string")
    throw new InvalidArgumentError({ argument, received: value, expected: "a string" });
  return value;
}

function assertKeepBest(
  keepBest: number | undefined,
  prompt: SamplingOptions["prompt"],
  count: number,
  model: ModelDescription,
): number | undefined {
  if (keepBest === undefined) return undefined;
  if (!(Number.isInteger(keepBest) && keepBest >= 1 && keepBest <= count))
    throw new InvalidArgumentError({
      argument: "keepBest",
      received: keepBest,
      expected: `an integer from 1 to count (${count})`,
    });
  if (typeof prompt !== "string")
    throw new InvalidArgumentError({
      argument: "keepBest",
      received: keepBest,
      expected: "a run with one prompt",
    });
  clipOf(model); // it judges
  return keepBest;
}

function assertThreshold(percentile: number | undefined): number | undefined {
  if (percentile === undefined || (percentile > 0 && percentile <= 1)) return percentile;
  throw new InvalidArgumentError({
    argument: "dynamicThresholding",
    received: percentile,
    expected: "a percentile above 0 and up to 1, e.g. 0.995",
  });
}

/** A warning about a request that can be served, but not quite as asked. */
export interface GenerateWarning {
  readonly argument: string;
  readonly message: string;
}

/** A warning for every text of which the network does not see the end. */
export function truncationWarnings(
  tokenizer: GlideTokenizer,
  { config }: StageDescription,
  { prompts, settings: { negativePrompt } }: Pick<ResolvedSampling, "prompts" | "settings">,
): GenerateWarning[] {
  const context = config.text?.textContext ?? 0;
  return [
    ...prompts.map(([text]) => ["prompt", text] as const),
    ["negativePrompt", negativePrompt] as const,
  ].flatMap(([argument, text]) =>
    tokenizer.paddedTokensAndMask(text, context).truncated
      ? [
          {
            argument,
            message: `${argument} ${display(text)} has more than ${context} tokens; the network does not see its end.`,
          },
        ]
      : [],
  );
}
