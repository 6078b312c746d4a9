import type { Tensor } from "@glissade/graph";
import type { GradientGuidance } from "../../guidance/index.ts";
import type { ModelDescription } from "../../model/description/read.ts";
import type { GenerateWarning } from "../options/prompt.ts";
import type { SamplingSettings, Settled } from "../options/sampling.ts";
import type { ModelNetworks, OpenStage } from "./model-networks.ts";
import { bestFirst } from "./rerank.ts";
import {
  counted,
  type GeneratedImage,
  type GenerateStep,
  imagesWithSeeds,
  type NetworkStep,
} from "./sampling-loop.ts";
import { type Lease, withLease } from "./shared-resource.ts";
import { type Held, runNetwork, type Start } from "./stage.ts";
import type { BranchOutput } from "./weaker-network.ts";

/** What the pipelines run on. */
export interface PipelineParts {
  readonly model: ModelDescription;
  readonly networks: ModelNetworks;
  /** A weaker model, for rules that compare with one. */
  readonly weaker?: PipelineParts | undefined;
}

export interface GenerateResult {
  readonly images: readonly GeneratedImage[];
  readonly settings: SamplingSettings;
  readonly warnings: readonly GenerateWarning[];
}

/** How the base network's run starts, and what it is held to. */
export interface CascadeStart extends Start {
  /** Steps that it takes, 0 to leave `x` as it is. Default: those of its diffusion. */
  readonly steps?: number;
}

/**
 * A base network's run, then the upsampler's if one takes part: what all tasks but `upscale` share.
 *
 * @param heldLarge what the upsampler's images of a side are held to
 * @see Nichol et al. 2021, section 4
 */
export function cascade(
  parts: PipelineParts,
  settled: Settled,
  start: CascadeStart,
  heldLarge?: (side: number) => Held | undefined,
): AsyncGenerator<GenerateStep, GenerateResult, void> {
  return counted(sampled(parts, settled, start, heldLarge), stepsOf(settled, start.steps));
}

/** Steps of a base network's run of so many steps with the upsampler's. */
export function stepsOf({ diffusion, upscaling }: Settled, steps = diffusion.numTimesteps): number {
  return steps + (upscaling?.diffusion.numTimesteps ?? 0);
}

async function* sampled(
  parts: PipelineParts,
  settled: Settled,
  start: CascadeStart,
  heldLarge: ((side: number) => Held | undefined) | undefined,
): AsyncGenerator<NetworkStep, GenerateResult, void> {
  const { settings, seeds, upscaling, warnings, signal } = settled;
  const small = start.steps === 0 ? start.x : yield* baseImages(parts, settled, start);
  const scores = await scoresOf(parts, settled, small);
  let images = small;
  if (upscaling) {
    const { upscaledImages } = await import("./upscale-stage.ts");
    images = yield* upscaledImages(parts.networks, upscaling, {
      lowRes: small,
      lowSide: settled.network.imageSize,
      held: heldLarge?.(upscaling.network.imageSize),
      seeds,
      signal,
    });
  }
  return {
    images: bestFirst(imagesWithSeeds(images, seeds), scores, settings.keepBest),
    settings,
    warnings,
  };
}

function baseImages(
  parts: PipelineParts,
  settled: Settled,
  start: Start,
): AsyncGenerator<NetworkStep, Tensor, void> {
  const { network, signal } = settled;
  return withLease(
    () => branchesOf(parts, settled, start),
    (weaker) =>
      withLease(
        () => parts.networks.stage(network.name, signal),
        (open) =>
          withLease(
            () => openGradients(parts, settled, open, start),
            (gradients) => runNetwork(open, settled, { ...start, weaker }, settled, gradients),
          ),
      ),
  );
}

/** The weaker network, if the guidance needs it. */
async function branchesOf(
  parts: PipelineParts,
  settled: Settled,
  start: Start,
): Promise<Lease<BranchOutput | undefined>> {
  if (!settled.guidance.needs.includes("weaker"))
    return { value: undefined, release: async () => {} };
  return (await import("./weaker-network.ts")).openWeaker(parts, settled, start);
}

/** CLIP's scores of the base network's images, if only the best are kept. */
async function scoresOf(
  { model: { clip }, networks }: PipelineParts,
  { settings: { keepBest, prompt }, signal }: Settled,
  images: Tensor,
): Promise<readonly number[] | undefined> {
  if (keepBest === undefined || !clip || typeof prompt !== "string") return undefined;
  // here and below: loaded only when used
  const { clipScores } = await import("./clip.ts");
  return clipScores(networks, clip, images, prompt, signal);
}

/** The rules whose gradients guide the base network's samples: CLIP's, and the caller's. */
async function openGradients(
  { model: { clip }, networks }: PipelineParts,
  settled: Settled,
  open: OpenStage,
  { conditions }: Start,
): Promise<Lease<readonly GradientGuidance[]>> {
  const { clipGuidance, gradients } = settled;
  if (!clip || !clipGuidance) return { value: gradients, release: async () => {} };
  const { openClipGuidance } = await import("./clip.ts");
  const { value, release } = await openClipGuidance(networks, {
    ...settled,
    clip,
    guidance: clipGuidance,
    open,
    conditions,
  });
  return { value: [value, ...gradients], release };
}

/** Pure noise of a network's size. */
export function pureNoise({ network, noise, seeds }: Settled): Tensor {
  const { config, imageSize } = network;
  return noise([seeds.length, config.imageChannels, imageSize, imageSize]);
}
