import type { Tensor } from "@glissade/graph";
import type { GaussianDiffusion } from "../../diffusion/index.ts";
import { spacedProcess } from "../../diffusion/index.ts";
import type { GradientGuidance } from "../../guidance/index.ts";
import type { ModelDescription, StageDescription } from "../../model/description/read.ts";
import { batchNoise, type NoiseSource, perImageNoise, torchGenerator } from "../../random/index.ts";
import {
  type GenerateWarning,
  type ResolvedSampling,
  type SamplingSettings,
  truncationWarnings,
} from "../options/sampling.ts";
import type { ModelNetworks, OpenStage } from "./model-networks.ts";
import { type GeneratedImage, type GenerateStep, imagesWithSeeds } from "./sampling-loop.ts";
import type { Lease } from "./shared-resource.ts";
import { runStage, type StageRunOptions } from "./stage.ts";

/** What the pipelines run on. */
export interface PipelineParts {
  readonly model: ModelDescription;
  readonly networks: ModelNetworks;
}

export interface GenerateResult {
  readonly images: readonly GeneratedImage[];
  readonly settings: SamplingSettings;
  readonly warnings: readonly GenerateWarning[];
}

/** Where a base network's run begins, and what holds it there. */
export interface BaseRun
  extends Pick<StageRunOptions, "x" | "from" | "inversion" | "denoisedFn" | "conditions"> {
  /** In place of the sampler that was asked for. */
  readonly sampler?: StageRunOptions["sampler"];
  /** Steps that will be reported. */
  readonly steps: number;
}

export interface CascadeOptions {
  readonly stage: StageDescription;
  readonly resolved: ResolvedSampling;
  /** How the base network's run begins, in the process of its steps. */
  begin(process: GaussianDiffusion, noise: NoiseSource): BaseRun;
  /** What holds the upsampler's pictures of some side; undefined for nothing. */
  holdLarge?(side: number): Pick<StageRunOptions, "denoisedFn" | "conditions"> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A base network's run, and the upsampler's after it where one takes part: what all pipelines have
 * in common.
 *
 * @see Nichol et al. 2021, section 4
 */
export async function* runCascade(
  { model, networks }: PipelineParts,
  options: CascadeOptions,
): AsyncGenerator<GenerateStep, GenerateResult, void> {
  const { stage: base, resolved, signal } = options;
  const { settings, prompts, seeds, upscaling, sampler, guidance } = resolved;
  signal?.throwIfAborted();
  const process = spacedProcess(base.process, settings.steps, settings.spacing);
  const upscalingProcess =
    upscaling &&
    spacedProcess(upscaling.stage.process, upscaling.settings.steps, upscaling.settings.spacing);
  const noise = noiseFor(resolved);
  const { steps, ...beginning } = options.begin(process, noise.base);
  const total = steps + (upscalingProcess?.numTimesteps ?? 0);
  const shared = {
    tokenizer: model.tokenizer,
    prompts,
    negativePrompt: settings.negativePrompt,
    seeds,
    total,
    ...(signal && { signal }),
  };

  let pictures = beginning.x;
  if (steps > 0) {
    const { value: stage, release } = await networks.stage(base.name, signal);
    try {
      const rules = await openGradients(
        { model, networks },
        resolved,
        stage,
        beginning.conditions,
        signal,
      );
      try {
        const thresholding = settings.dynamicThresholding;
        const gradient = { rules: rules.value, rule: resolved.gradientRule };
        pictures = yield* runStage({
          ...shared,
          stage,
          process,
          sampler,
          guidance,
          gradient,
          noise: noise.base,
          thresholding,
          before: 0,
          ...beginning,
        });
      } finally {
        await rules.release();
      }
    } finally {
      await release();
    }
  }
  const scores = await scoresOf(networks, model, resolved, pictures, signal);
  if (upscaling && upscalingProcess) {
    const { upscaleStage } = await import("./upscale-stage.ts");
    const held = options.holdLarge?.(upscaling.stage.imageSize);
    pictures = yield* upscaleStage(networks, {
      ...shared,
      ...held,
      upscaling,
      process: upscalingProcess,
      noise: noise.upscaling,
      lowRes: pictures,
      lowSide: base.imageSize,
      before: steps,
    });
  }
  return {
    images: bestFirst(imagesWithSeeds(pictures, seeds), scores, settings.keepBest),
    settings,
    warnings: truncationWarnings(model.tokenizer, base, resolved),
  };
}

/** CLIP's judgement of the base network's pictures, where the best are to be kept. */
async function scoresOf(
  networks: ModelNetworks,
  { clip }: ModelDescription,
  { settings: { keepBest, prompt } }: ResolvedSampling,
  pictures: Tensor,
  signal: AbortSignal | undefined,
): Promise<readonly number[] | undefined> {
  if (keepBest === undefined || !clip || typeof prompt !== "string") return undefined;
  const { clipScores } = await import("./clip.ts");
  return clipScores(networks, clip, pictures, prompt, signal);
}

/** @see Nichol et al. 2021, section 5: CLIP's scores favour pictures that CLIP guided */
function bestFirst(
  images: readonly GeneratedImage[],
  scores: readonly number[] | undefined,
  keep = images.length,
): GeneratedImage[] {
  if (!scores) return [...images];
  const scored = images.map((image, k) => ({ ...image, clipScore: scores[k] ?? 0 }));
  return scored.sort((a, b) => b.clipScore - a.clipScore).slice(0, keep);
}

/** The rules whose gradients lead the base network's samples: the caller's, and CLIP's. */
async function openGradients(
  { model: { clip, tokenizer }, networks }: PipelineParts,
  { clipGuidance, gradients, prompts }: ResolvedSampling,
  stage: OpenStage,
  conditions: BaseRun["conditions"] = {},
  signal: AbortSignal | undefined,
): Promise<Lease<readonly GradientGuidance[]>> {
  if (!clip || !clipGuidance) return { value: gradients, release: async () => {} };
  // here and below: loaded by whom it serves
  const { openClipGuidance } = await import("./clip.ts");
  const { value, release } = await openClipGuidance(networks, {
    clip,
    guidance: clipGuidance,
    prompts,
    stage,
    tokenizer,
    conditions,
    signal,
  });
  return { value: [value, ...gradients], release };
}

/** Pure noise of a network's size. */
export function pureNoise(
  { config, imageSize }: StageDescription,
  count: number,
  noise: NoiseSource,
): Tensor {
  return noise([count, config.imageChannels, imageSize, imageSize]);
}

/**
 * The reference's loop runs two rows per picture under classifier-free guidance, and draws noise
 * for both; its upsampler goes on with the same generator.
 */
function noiseFor({ settings, seeds, guidance, upscaling }: ResolvedSampling): {
  readonly base: NoiseSource;
  readonly upscaling: NoiseSource;
} {
  if (settings.seedMode === "per-image") {
    const noise = perImageNoise(seeds);
    return { base: noise, upscaling: noise };
  }
  const generator = torchGenerator(settings.seed);
  const drawn = (isGuided: boolean | undefined) =>
    batchNoise(settings.seed, { rowsPerImage: isGuided ? 2 : 1, makeGenerator: () => generator });
  return {
    base: drawn(guidance.needs.includes("unconditional")),
    upscaling: drawn(upscaling?.guidance.needs.includes("unconditional")),
  };
}
