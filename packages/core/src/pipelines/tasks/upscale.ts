import { InvalidArgumentError, repeatRows } from "@glissade/graph";
import { extendCanvas, type RgbImage, rgbImage, tensorFromImages } from "../../image/index.ts";
import { imageSeeds, perImageNoise } from "../../random/index.ts";
import { resolvePrompt, tokenizedPrompts } from "../options/prompt.ts";
import type { SamplingOptions } from "../options/sampling.ts";
import {
  type UpscalingOptions,
  type UpscalingSettings,
  upscalingBy,
} from "../options/upscaling.ts";
import type { PipelineParts } from "../run/cascade.ts";
import { lowResolutionSide } from "../run/model-networks.ts";
import type { RunOptions } from "../run/run.ts";
import {
  counted,
  type GeneratedImage,
  type GenerateStep,
  imagesWithSeeds,
} from "../run/sampling-loop.ts";
import { upscaledImages } from "../run/upscale-stage.ts";
import { assertImage } from "./known-image.ts";

/** Largest side of an image that is enlarged, in pixels. */
const largestSide = 1024;

export interface UpscaleOptions
  extends UpscalingOptions,
    Partial<Pick<SamplingOptions, "prompt" | "negativePrompt" | "count" | "seed">>,
    RunOptions<GenerateStep> {
  /**
   * The small image, up to 1024 pixels a side; larger than the network's own, it is enlarged in
   * tiles.
   */
  readonly image: RgbImage;
}

export interface UpscaleResult {
  readonly images: readonly GeneratedImage[];
  readonly settings: UpscalingSettings &
    Pick<SamplingOptions, "prompt"> & {
      readonly negativePrompt: string;
      readonly count: number;
      readonly seed: number;
    };
}

/**
 * The upsampler alone: an image and what it shows become the same image, larger by the model's
 * factor.
 *
 * @see Nichol et al. 2021, section 4.1
 */
export async function* upscaleImage(
  { model, networks }: PipelineParts,
  options: UpscaleOptions,
): AsyncGenerator<GenerateStep, UpscaleResult, void> {
  const image = assertImage(options.image);
  if (Math.max(image.width, image.height) > largestSide) {
    throw new InvalidArgumentError({
      argument: "image",
      received: `${image.width}x${image.height} pixels`,
      expected: `at most ${largestSide} pixels a side`,
      hint: "The upsampler is for small images.",
    });
  }
  const asked = resolvePrompt({ prompt: null, ...options });
  const { prompt, negativePrompt, count, seed } = asked;
  const { settings, ...upscaling } = upscalingBy(options, model, "upsampler");
  const { network, diffusion } = upscaling;
  const seeds = imageSeeds(seed, count);
  options.signal?.throwIfAborted();

  const lowSide = lowResolutionSide(model, network);
  const factor = network.imageSize / lowSide;
  const run = upscaledImages(
    networks,
    {
      ...upscaling,
      text: tokenizedPrompts(model.tokenizer, network, asked),
      noise: perImageNoise(seeds),
    },
    {
      lowRes: repeatRows(tensorFromImages([paddedTo(image, lowSide)]), count),
      lowSide,
      seeds,
      signal: options.signal,
    },
  );
  const images = imagesWithSeeds(yield* counted(run, diffusion.numTimesteps), seeds);
  return {
    images: images.map((large) => ({
      ...cropped(large, image.width * factor, image.height * factor),
      seed: large.seed,
    })),
    settings: { ...settings, prompt, negativePrompt, count, seed },
  };
}

/** At least a tile wide and high. */
function paddedTo(image: RgbImage, side: number): RgbImage {
  return extendCanvas(image, {
    right: Math.max(0, side - image.width),
    bottom: Math.max(0, side - image.height),
  }).image;
}

/** The top left part. */
function cropped(image: RgbImage, width: number, height: number): RgbImage {
  const part = rgbImage(width, height);
  for (let y = 0; y < height; y++)
    part.data.set(
      image.data.subarray(3 * y * image.width, 3 * (y * image.width + width)),
      3 * y * width,
    );
  return part;
}
