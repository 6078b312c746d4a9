import type { Tensor } from "@glissade/graph";
import { type Denoise, dynamicThresholding } from "../../diffusion/index.ts";
import { classifierFree, type GradientGuidance, guidedByGradients } from "../../guidance/index.ts";
import { ddimInversion, type Sampler } from "../../samplers/index.ts";
import type { TokenizedPrompts } from "../options/prompt.ts";
import type { SettledNetwork } from "../options/sampling.ts";
import { guidedDenoiser } from "./denoiser.ts";
import type { OpenStage } from "./model-networks.ts";
import { type NetworkStep, runSampler } from "./sampling-loop.ts";
import { textFeatures } from "./text-condition.ts";
import type { BranchOutput } from "./weaker-network.ts";

/** What a network's images are held to. */
export interface Held {
  /** Changes each predicted image. */
  readonly denoisedFn?: ((x0: Tensor) => Tensor) | undefined;
  /** The network's inputs beside x and the text, one row an image. */
  readonly conditions?: Readonly<Record<string, Tensor>> | undefined;
}

/** Where a network's run starts. */
export interface Start extends Held {
  /** The noisy images, `[count, C, H, W]`; with `inversion` the clean ones. */
  readonly x: Tensor;
  /** The step of the diffusion that they are at. Default: its noisiest. */
  readonly from?: number;
  /**
   * First walks from the clean images up to step `from` by DDIM, under a prompt that says what they
   * show. These are `from` further steps.
   */
  readonly inversion?: TokenizedPrompts | undefined;
  /** In place of the sampler that was asked for. */
  readonly sampler?: Sampler;
  /** The second, weaker network's output, for rules that need it. */
  readonly weaker?: BranchOutput | undefined;
}

/**
 * One network's run from noise to images.
 *
 * @returns the images, `[count, 3, H, W]`
 */
export async function* runNetwork(
  open: OpenStage,
  settled: SettledNetwork,
  start: Start,
  {
    seeds,
    signal,
  }: { readonly seeds: readonly number[]; readonly signal?: AbortSignal | undefined },
  gradients: readonly GradientGuidance[] = [],
): AsyncGenerator<NetworkStep, Tensor, void> {
  const { diffusion, noise, gradientRule } = settled;
  const { from, inversion, sampler = settled.sampler } = start;
  const place = { stage: open.description.name, seeds };
  const input = { diffusion, noise, from, signal };
  let { x } = start;
  if (inversion) {
    const denoise = await sourceDenoiser(open, settled, start, inversion, signal);
    x = yield* runSampler(ddimInversion(), { ...input, denoise, x }, place);
  }
  const plain = await denoiserOf(open, settled, start, signal);
  const denoise = guidedByGradients(diffusion, plain, gradients, gradientRule, signal);
  return yield* runSampler(sampler, { ...input, denoise, x }, place);
}

/**
 * The network under the source's prompt alone: guidance would lead away from the image that is to
 * be found again (Mokady et al. 2022, arXiv 2211.09794, section 3.1).
 */
function sourceDenoiser(
  open: OpenStage,
  settled: SettledNetwork,
  { x, conditions }: Start,
  text: TokenizedPrompts,
  signal: AbortSignal | undefined,
): Promise<Denoise> {
  const unguided = { ...settled, text, guidance: classifierFree({ scale: 1 }) };
  return denoiserOf(open, unguided, { x, conditions }, signal);
}

async function denoiserOf(
  open: OpenStage,
  { diffusion, guidance, text, thresholding }: SettledNetwork,
  { x, denoisedFn, conditions, weaker }: Start,
  signal: AbortSignal | undefined,
): Promise<Denoise> {
  const { meanType, varianceType, clipDenoised } = open.description;
  return guidedDenoiser({
    diffusion,
    network: open.network,
    guidance,
    features: await textFeatures(open, text.rows, signal),
    weights: text.weights,
    count: x.dims[0] ?? 0,
    meanType,
    varianceType,
    clipDenoised:
      thresholding === undefined ? clipDenoised : dynamicThresholding({ percentile: thresholding }),
    denoisedFn,
    conditions,
    weaker,
    signal,
  });
}
