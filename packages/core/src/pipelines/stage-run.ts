import { dynamicThresholding, type GaussianDiffusion } from "../diffusion/index.ts";
import { classifierFree, type GradientGuidance, type Guidance, scaledGradient } from "../guidance/index.ts";
import type { NoiseSource } from "../random/index.ts";
import { ddimInversion, type Gradient, type GradientRule, type Sampler, type SamplerInput, withGradient } from "../samplers/index.ts";
import type { Tensor } from "../tensor.ts";
import type { GlideTokenizer } from "../text/index.ts";
import { guidedDenoiser, progressAt } from "./denoiser.ts";
import { type GenerateStep, generateStep } from "./generate-step.ts";
import type { OpenStage } from "./model-networks.ts";
import { encodeText, type TextFeatures } from "./text-condition.ts";

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
  /** First walk from the clean pictures up to step `from` by DDIM, under a prompt that says what they show. These are `from` further steps. */
  readonly inversion?: { readonly sourcePrompt: string };
  /** Changes each predicted picture. */
  readonly denoisedFn?: (x0: Tensor) => Tensor;
  /** What the network sees beside x, one row a picture. */
  readonly conditions?: Readonly<Record<string, Tensor>>;
  /** Rules whose gradients lead the samples, and how the sampler takes them in. */
  readonly gradient?: { readonly rules: readonly GradientGuidance[]; readonly rule: GradientRule };
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
export async function* runStage(options: StageRunOptions): AsyncGenerator<GenerateStep, Tensor, void> {
  const { process, sampler, from, noise, gradient, inversion, signal } = options;
  const plain = await denoiserOf(options);
  const denoise = gradient && gradient.rules.length > 0 ? withGradient(process, plain, gradientOf(options, gradient.rules), gradient.rule) : plain;
  const walk = { process, noise, ...(from !== undefined && { from }), ...(signal && { signal }) };
  let { x, before } = options;
  if (inversion) {
    x = yield* walked(options, ddimInversion(), { ...walk, denoise: await sourceDenoiser(options, inversion), x }, before);
    before += from ?? process.numTimesteps - 1;
  }
  return yield* walked(options, sampler, { ...walk, denoise, x }, before);
}

/** A sampler's way, its steps as those of the whole run. */
async function* walked(
  { stage, total, seeds }: StageRunOptions,
  sampler: Sampler,
  input: SamplerInput,
  before: number,
): AsyncGenerator<GenerateStep, Tensor, void> {
  let { x } = input;
  for await (const step of sampler(input)) {
    x = step.x;
    yield generateStep(step, { stage: stage.description.name, before, total, seeds });
  }
  return x;
}

/** The network under the source's prompt alone: guidance would lead away from the picture that is to be found again (Mokady et al. 2022, arXiv 2211.09794, section 3.1). */
function sourceDenoiser({ denoisedFn: _held, ...options }: StageRunOptions, { sourcePrompt }: { readonly sourcePrompt: string }) {
  return denoiserOf({ ...options, prompts: [[sourcePrompt, 1]], guidance: classifierFree({ scale: 1 }) });
}

function gradientOf({ process, signal }: StageRunOptions, rules: readonly GradientGuidance[]): Gradient {
  return (x, index) => scaledGradient(rules, { x, timestep: process.timestepMap[index] ?? 0, progress: progressAt(process, index) }, signal);
}

async function denoiserOf(options: StageRunOptions) {
  const { stage, process, guidance, prompts, x, thresholding, denoisedFn, conditions, signal } = options;
  const { meanType, varianceType, clipDenoised } = stage.description;
  return guidedDenoiser({
    process,
    network: stage.network,
    guidance,
    features: await featuresOf(options),
    weights: prompts.map(([, weight]) => weight),
    count: x.dims[0] ?? 0,
    meanType,
    varianceType,
    clipDenoised: thresholding === undefined ? clipDenoised : dynamicThresholding({ percentile: thresholding }),
    ...(denoisedFn && { denoisedFn }),
    ...(conditions && { conditions }),
    ...(signal && { signal }),
  });
}

/** One row a prompt, then the negative one. Nothing for a network without text. */
async function featuresOf({ stage, tokenizer, prompts, negativePrompt, signal }: StageRunOptions): Promise<TextFeatures> {
  const context = stage.description.config.text?.textContext;
  if (!stage.text || context === undefined) return new Map();
  const texts = [...prompts.map(([prompt]) => prompt), negativePrompt];
  return encodeText(
    stage.text,
    texts.map((text) => tokenizer.paddedTokensAndMask(text, context)),
    signal,
  );
}
