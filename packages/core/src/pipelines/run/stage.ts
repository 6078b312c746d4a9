import type { Tensor } from "@glissade/graph";
import {
  dynamicThresholding,
  type GaussianDiffusion,
  type GradientRule,
} from "../../diffusion/index.ts";
import {
  classifierFree,
  type GradientGuidance,
  type Guidance,
  guidedByGradients,
} from "../../guidance/index.ts";
import type { NoiseSource } from "../../random/index.ts";
import { ddimInversion, type Sampler } from "../../samplers/index.ts";
import type { GlideTokenizer } from "../../text/index.ts";
import { guidedDenoiser } from "./denoiser.ts";
import type { OpenStage } from "./model-networks.ts";
import { type GenerateStep, walkSampler } from "./sampling-loop.ts";
import { textFeatures } from "./text-condition.ts";

/** What a stage of the model is asked for. */
export interface StageRunOptions {
  readonly stage: OpenStage;
  /** The respaced process. */
  readonly process: GaussianDiffusion;
  readonly sampler: Sampler;
  readonly guidance: Guidance;
  readonly tokenizer: GlideTokenizer;
  /** The prompts with how much each counts. */
  readonly prompts: readonly (readonly [prompt: string, weight: number])[];
  readonly negativePrompt: string;
  /** The noisy pictures to begin with; with `inversion` the clean ones. */
  readonly x: Tensor;
  /** The step of the process that they are at; by default its noisiest. */
  readonly from?: number;
  readonly noise: NoiseSource;
  readonly seeds: readonly number[];
  /** Percentile of dynamic thresholding, in place of the model's clipping. */
  readonly thresholding?: number | undefined;
  /**
   * First walk from the clean pictures up to step `from` by DDIM, under a prompt that says what
   * they show. These are `from` further steps.
   */
  readonly inversion?: { readonly sourcePrompt: string };
  /** Changes each predicted picture. */
  readonly denoisedFn?: (x0: Tensor) => Tensor;
  /** What the network sees beside x, one row a picture. */
  readonly conditions?: Readonly<Record<string, Tensor>>;
  /** Rules whose gradients guide the samples, and how the sampler takes them in. */
  readonly gradient?: {
    readonly rules: readonly GradientGuidance[];
    readonly rule: GradientRule;
  };
  /** Steps of this run before this stage, and of all stages. */
  readonly before: number;
  readonly total: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One network's way from noise to pictures, step by step.
 *
 * @returns the pictures, [count, 3, H, W]
 */
export async function* runStage(
  options: StageRunOptions,
): AsyncGenerator<GenerateStep, Tensor, void> {
  const { stage, process, sampler, from, noise, total, seeds, gradient, inversion, signal } =
    options;
  const plain = await denoiserOf(options);
  const denoise = gradient
    ? guidedByGradients(process, plain, gradient.rules, gradient.rule, signal)
    : plain;
  const place = { stage: stage.description.name, total, seeds };
  const walk = { process, noise, ...(from !== undefined && { from }), ...(signal && { signal }) };
  let { x, before } = options;
  if (inversion) {
    x = yield* walkSampler(
      ddimInversion(),
      { ...walk, denoise: await sourceDenoiser(options, inversion), x },
      { ...place, before },
    );
    before += from ?? process.numTimesteps - 1;
  }
  return yield* walkSampler(sampler, { ...walk, denoise, x }, { ...place, before });
}

/**
 * The network under the source's prompt alone: guidance would lead away from the picture that is to
 * be found again (Mokady et al. 2022, arXiv 2211.09794, section 3.1).
 */
function sourceDenoiser(
  { denoisedFn: _held, ...options }: StageRunOptions,
  { sourcePrompt }: { readonly sourcePrompt: string },
) {
  return denoiserOf({
    ...options,
    prompts: [[sourcePrompt, 1]],
    guidance: classifierFree({ scale: 1 }),
  });
}

async function denoiserOf(options: StageRunOptions) {
  const {
    stage,
    process,
    guidance,
    tokenizer,
    prompts,
    negativePrompt,
    x,
    thresholding,
    denoisedFn,
    conditions,
    signal,
  } = options;
  const { meanType, varianceType, clipDenoised } = stage.description;
  return guidedDenoiser({
    process,
    network: stage.network,
    guidance,
    features: await textFeatures(
      stage,
      tokenizer,
      [...prompts.map(([prompt]) => prompt), negativePrompt],
      signal,
    ),
    weights: prompts.map(([, weight]) => weight),
    count: x.dims[0] ?? 0,
    meanType,
    varianceType,
    clipDenoised:
      thresholding === undefined ? clipDenoised : dynamicThresholding({ percentile: thresholding }),
    ...(denoisedFn && { denoisedFn }),
    ...(conditions && { conditions }),
    ...(signal && { signal }),
  });
}
