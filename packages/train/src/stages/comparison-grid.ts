import type { Tensor } from "@glissade/core";
import { imagesFromTensor } from "@glissade/core/image";
import type { SampleImage } from "../trainer/train.ts";
import { imageGrid, sampleSeed, sampleSteps } from "./image-grid.ts";
import { sampleNetwork } from "./sample-network.ts";
import type { SampleRound } from "./stage.ts";

/** What a network sees besides x, one row per image. */
export interface ShownImages {
  /** The network's inputs by name. */
  readonly conditions: Readonly<Record<string, Tensor>>;
  /** The same as images of the size of the result. */
  readonly images: Tensor;
  /** What these are, for the grid's caption. */
  readonly about: string;
}

/** One row per example: what the network sees, its result, the original. */
export async function comparisonGrid(
  { run, denoising, step, weights, backend, examples }: SampleRound,
  { conditions, images, about }: ShownImages,
  guidance: number,
): Promise<SampleImage> {
  const { captions } = examples;
  const result = await sampleNetwork(run, denoising, {
    backend,
    weights,
    captions,
    conditions,
    guidance,
    steps: sampleSteps,
    seed: sampleSeed,
  });
  const columns = [images, result, examples.images].map((column) => imagesFromTensor(column));
  const cells = captions.flatMap((_, row) => columns.flatMap((column) => column[row] ?? []));
  return {
    png: imageGrid(cells, cells.length > 12 ? 6 : 3),
    caption: `step ${step}: ${about}, result, original: ${captions.join(" / ")}`,
  };
}
