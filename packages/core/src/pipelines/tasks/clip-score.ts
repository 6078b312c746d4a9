import { concatRows, InvalidArgumentError } from "@glissade/graph";
import { type RgbImage, readImage } from "../../image/index.ts";
import { clipOf } from "../../model/description/read.ts";
import type { PipelineParts } from "../run/cascade.ts";
import { clipScores } from "../run/clip.ts";
import { assertImage } from "./known-image.ts";

export interface ClipScoreOptions {
  readonly images: readonly RgbImage[];
  readonly prompt: string;
  readonly signal?: AbortSignal | undefined;
}

/** How well images of any size fit a prompt. */
export async function clipScore(
  { model, networks }: PipelineParts,
  { images, prompt, signal }: ClipScoreOptions,
): Promise<number[]> {
  const clip = clipOf(model);
  if (typeof prompt !== "string" || prompt.trim() === "")
    throw new InvalidArgumentError({ argument: "prompt", received: prompt, expected: "a text" });
  if (!Array.isArray(images) || images.length === 0)
    throw new InvalidArgumentError({
      argument: "images",
      received: images,
      expected: "a list of images",
    });
  const batch = images.map((image) => readImage(assertImage(image), clip.config.image.imageSize));
  return clipScores(networks, clip, concatRows(batch), prompt, signal);
}
