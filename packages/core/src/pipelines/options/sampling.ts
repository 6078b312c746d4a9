import { InvalidArgumentError } from "@glissade/graph";
import { type GaussianDiffusion, spacedDiffusion } from "../../diffusion/index.ts";
import type { GradientGuidance, Guidance } from "../../guidance/index.ts";
import {
  clipOf,
  type ModelDescription,
  type StageDescription,
} from "../../model/description/read.ts";
import {
  batchNoise,
  imageSeeds,
  type NoiseSource,
  perImageNoise,
  torchGenerator,
} from "../../random/index.ts";
import type { RunOptions } from "../run/run.ts";
import type { GenerateStep } from "../run/sampling-loop.ts";
import {
  type ClipGuidanceOptions,
  type ClipGuidanceSettings,
  type ResolvedClipGuidance,
  resolveClipGuidance,
} from "./clip.ts";
import {
  type GenerateWarning,
  type PromptOptions,
  resolvePrompt,
  type TokenizedPrompts,
  tokenizedPrompts,
  truncationWarnings,
  type WeightedPrompt,
} from "./prompt.ts";
import {
  type ResolvedSampler,
  resolveSampler,
  type SamplerOptions,
  type SamplerSettings,
} from "./sampler.ts";
import { resolveUpscaling, type UpscalingOptions, type UpscalingSettings } from "./upscaling.ts";

/** What all pipelines take: prompt, number, seed, and how the base network samples. */
export interface SamplingOptions extends PromptOptions, SamplerOptions, RunOptions<GenerateStep> {
  /**
   * `"per-image"` (default): every image has its own stream of noise. `"batch"`: one stream for
   * all, drawn in the order of the reference's notebook, which reproduces its image of a
   * seed.
   */
  readonly seedMode?: "per-image" | "batch";
  /**
   * Clip predictions by the given percentile (0 to 1, e.g. 0.995) instead of at -1 and 1. Saharia
   * et al. 2022, section 2.3.
   */
  readonly dynamicThresholding?: number;
  /**
   * The scale of CLIP guidance (0 = none, the default), or its options: the noised CLIP's gradient
   * guides the images, alone or together with classifier-free guidance.
   */
  readonly clipGuidance?: number | ClipGuidanceOptions;
  /**
   * Keep the best of the `count` images, ranked by the model's CLIP, the best first. Images that
   * CLIP guided are made to please it: its scores of them mean little.
   */
  readonly keepBest?: number;
  /** Further rules with gradients, e.g. of a classifier of your own. */
  readonly gradients?: readonly GradientGuidance[];
  /**
   * The upsampler's part, or `false` to leave the images as the base network makes them. Default:
   * used where the model has one.
   */
  readonly upscale?: boolean | UpscalingOptions;
}

/**
 * What an image was made with, complete and as plain data: the same settings make the same image.
 */
export interface SamplingSettings extends SamplerSettings {
  readonly prompt: PromptOptions["prompt"];
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

/** How one network of the model is going to sample. */
export interface SettledNetwork extends Omit<ResolvedSampler, "settings"> {
  readonly network: StageDescription;
  /** The spaced diffusion. */
  readonly diffusion: GaussianDiffusion;
  readonly text: TokenizedPrompts;
  readonly noise: NoiseSource;
  /** Percentile of dynamic thresholding, in place of the model's clipping. */
  readonly thresholding?: number | undefined;
}

export interface SettledUpscaling extends SettledNetwork {
  readonly temperature: number;
}

/** All that the options of a run decide, before anything runs. */
export interface Settled extends SettledNetwork {
  readonly settings: SamplingSettings;
  readonly seeds: readonly number[];
  readonly prompts: readonly WeightedPrompt[];
  readonly clipGuidance: ResolvedClipGuidance | undefined;
  readonly gradients: readonly GradientGuidance[];
  readonly upscaling: SettledUpscaling | undefined;
  readonly warnings: readonly GenerateWarning[];
  readonly signal: AbortSignal | undefined;
}

/**
 * Checks every option before anything runs, fills in what was left out, and makes what follows from
 * options alone: spaced diffusions, noise, sampler, rules and tokens.
 *
 * @param network the base network that the prompt is for
 * @throws InvalidArgumentError or UnknownNameError for the first option that is wrong;
 * MissingNetworkError if an upsampler is asked for that the model does not have; the signal's
 * reason if it is aborted
 */
export function settle(
  options: SamplingOptions,
  model: ModelDescription,
  network: StageDescription,
): Settled {
  if (typeof options !== "object" || options === null)
    throw new InvalidArgumentError({
      argument: "options",
      received: options,
      expected: 'an object such as { prompt: "a red apple" }',
    });
  const asked = resolvePrompt(options);
  const { prompt, prompts, negativePrompt, count, seed } = asked;
  const seedMode = options.seedMode ?? "per-image";
  if (seedMode !== "per-image" && seedMode !== "batch")
    throw new InvalidArgumentError({
      argument: "seedMode",
      received: seedMode,
      expected: '"per-image" or "batch"',
    });
  // Without a prompt there is nothing that guidance could guide to.
  const { settings, ...sampling } = resolveSampler(
    prompt === null ? { ...options, guidance: 1 } : options,
    model.defaults,
    network.process.numTimesteps,
  );
  const dynamicThresholding = assertThreshold(options.dynamicThresholding);
  const clipGuidance =
    prompt === null ? undefined : resolveClipGuidance(options.clipGuidance, model);
  const keepBest = assertKeepBest(options.keepBest, prompt, count, model);
  const upscaling = resolveUpscaling(
    options.upscale,
    model,
    network.config.inpainting ? "upsampler_inpaint" : "upsampler",
  );
  options.signal?.throwIfAborted();

  const seeds = imageSeeds(seed, count);
  const noise = noiseOf(seedMode, seed, seeds);
  const text = tokenizedPrompts(model.tokenizer, network, asked);
  return {
    ...sampling,
    network,
    diffusion: spacedDiffusion(network.process, settings.steps, settings.spacing),
    text,
    noise: noise(sampling.guidance),
    thresholding: dynamicThresholding,
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
    seeds,
    prompts,
    clipGuidance,
    gradients: options.gradients ?? [],
    upscaling: upscaling && {
      ...upscaling,
      text: tokenizedPrompts(model.tokenizer, upscaling.network, asked),
      noise: noise(upscaling.guidance),
    },
    warnings: truncationWarnings(text, asked),
    signal: options.signal,
  };
}

/**
 * The reference's loop runs two rows per image under classifier-free guidance, and draws noise for
 * both; its upsampler goes on with the same generator.
 */
function noiseOf(
  seedMode: SamplingSettings["seedMode"],
  seed: number,
  seeds: readonly number[],
): (guidance: Guidance) => NoiseSource {
  if (seedMode === "per-image") {
    const noise = perImageNoise(seeds);
    return () => noise;
  }
  const generator = torchGenerator(seed);
  return ({ needs }) =>
    batchNoise(seed, {
      rowsPerImage: needs.includes("unconditional") ? 2 : 1,
      makeGenerator: () => generator,
    });
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
