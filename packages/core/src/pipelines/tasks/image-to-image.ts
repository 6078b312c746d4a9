import { InvalidArgumentError, repeatRows, type Tensor } from "@glissade/graph";
import { qSample } from "../../diffusion/index.ts";
import { type Mask, type RgbImage, readImage } from "../../image/index.ts";
import { stageOf } from "../../model/description/read.ts";
import { type ResolvedPrompt, type TokenizedPrompts, tokenizedPrompts } from "../options/prompt.ts";
import { type SamplingOptions, type Settled, settle } from "../options/sampling.ts";
import {
  type CascadeStart,
  cascade,
  type GenerateResult,
  type PipelineParts,
} from "../run/cascade.ts";
import type { GenerateStep } from "../run/sampling-loop.ts";
import {
  assertImage,
  assertKnownImage,
  knownRegion,
  putBack,
  withoutNeedlessUpscaling,
} from "./known-image.ts";

export interface ImageToImageOptions extends SamplingOptions {
  /** A sketch or photograph, of any size; it is squeezed to the network's square. */
  readonly image: RgbImage;
  /**
   * How much may change, 0 to 1: the step of the process, as a share of all, whose noise is put on.
   * 0 gives the image back, 1 keeps next to nothing of it. Default 0.6.
   */
  readonly strength?: number;
  /**
   * `"noise"` (default) puts noise on the image. `"inversion"` walks up to that step by DDIM
   * instead: its forms stay, and what the prompt says differently from `sourcePrompt` changes. The
   * sampler is deterministic DDIM then, whatever is asked for: no other finds the image again.
   */
  readonly start?: "noise" | "inversion";
  /** What the image shows now, for `"inversion"`. Default: nothing is said. */
  readonly sourcePrompt?: string;
  /** White where the image may change; of the image's size. Default: everywhere. */
  readonly mask?: Mask;
}

/**
 * SDEdit: the image with the noise of an early step on it, and the way back under the prompt.
 * With `start: "inversion"` the noise is the image's own, from which DDIM makes it again.
 *
 * @see Meng et al. 2021, SDEdit, arXiv 2108.01073, algorithm 1; with a mask algorithm 2, whose
 * known region is put into each predicted image here; Song et al. 2021, arXiv 2010.02502, section
 * 4.3 for the inversion; Nichol et al. 2021, figure 4
 */
export async function* imageToImage(
  parts: PipelineParts,
  options: ImageToImageOptions,
): AsyncGenerator<GenerateStep, GenerateResult, void> {
  const { model } = parts;
  const network = stageOf(model, "base");
  const image = assertImage(options.image);
  const masked =
    options.mask === undefined ? undefined : assertKnownImage({ image, mask: options.mask });
  const strength = assertStrength(options.strength ?? 0.6);
  const source = resolveInversion(options);
  const sampling = withoutNeedlessUpscaling(options, image, network);
  const settled = settle(source ? { ...sampling, sampler: "ddim" } : sampling, model, network);

  const { seeds } = settled;
  const held = (side: number) =>
    masked && { denoisedFn: knownRegion(masked, side, seeds.length).denoisedFn };
  const start = startAt(
    repeatRows(readImage(image, network.imageSize), seeds.length),
    stepsWithin(strength, settled),
    settled,
    source && tokenizedPrompts(model.tokenizer, network, source),
  );
  const result = yield* cascade(parts, settled, { ...start, ...held(network.imageSize) }, held);
  return masked ? putBack(masked, result) : result;
}

/** Steps of the diffusion whose noise is at most `strength` of the whole. */
function stepsWithin(strength: number, { diffusion, network }: Settled): number {
  return diffusion.timestepMap.filter(
    (timestep) => timestep < strength * network.process.numTimesteps,
  ).length;
}

/** The images with the noise of so many steps, or about to be inverted to it. */
function startAt(
  images: Tensor,
  steps: number,
  { diffusion, noise }: Settled,
  inversion: TokenizedPrompts | undefined,
): CascadeStart {
  if (steps === 0) return { x: images, steps };
  const from = steps - 1;
  if (inversion) return { x: images, from, inversion, steps: from + steps };
  return { x: qSample(diffusion, images, from, noise(images.dims)), from, steps };
}

function assertStrength(strength: number): number {
  if (strength >= 0 && strength <= 1) return strength;
  throw new InvalidArgumentError({
    argument: "strength",
    received: strength,
    expected: "a number from 0 (nothing changes) to 1 (everything may)",
  });
}

/** The prompt of the image as it is, for its inversion. */
function resolveInversion({
  start = "noise",
  sourcePrompt,
}: ImageToImageOptions): Pick<ResolvedPrompt, "prompts" | "negativePrompt"> | undefined {
  if (start !== "noise" && start !== "inversion")
    throw new InvalidArgumentError({
      argument: "start",
      received: start,
      expected: '"noise" or "inversion"',
    });
  if (sourcePrompt !== undefined && (typeof sourcePrompt !== "string" || start === "noise"))
    throw new InvalidArgumentError({
      argument: "sourcePrompt",
      received: sourcePrompt,
      expected: 'a text, together with start: "inversion"',
    });
  if (start === "noise") return undefined;
  return { prompts: [{ prompt: sourcePrompt ?? "", weight: 1 }], negativePrompt: "" };
}
