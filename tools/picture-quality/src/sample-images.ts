import type { Glide, RgbImage } from "@glissade/core";
import type { Setting } from "./settings.ts";

export interface SampleOptions {
  /** Images with the seeds 1 to this. */
  readonly seeds: number;
  /** The model's own number where it is not given. */
  readonly steps: number | undefined;
  /** Leave the images as the base network makes them. */
  readonly onlyBase: boolean;
  readonly signal: AbortSignal;
}

/** The seeds begin here: they are the same for every model, and never chosen. */
export const firstSeed = 1;
/** Images in one call: guided, twice as many rows go through the network. */
const largestBatch = 8;

/** A prompt's images, one a seed. */
export async function sampleImages(
  glide: Glide,
  prompt: string,
  { options }: Setting,
  { seeds, steps, onlyBase, signal }: SampleOptions,
): Promise<RgbImage[]> {
  const images: RgbImage[] = [];
  for (let start = 0; start < seeds; start += largestBatch) {
    const result = await glide.generate({
      prompt,
      seed: firstSeed + start,
      count: Math.min(largestBatch, seeds - start),
      ...options,
      ...(steps !== undefined && { steps }),
      ...(onlyBase && { upscale: false }),
      signal,
    });
    images.push(...result.images);
  }
  return images;
}
