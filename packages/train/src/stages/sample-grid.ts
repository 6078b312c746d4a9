import { join } from "node:path";
import {
  type Backend,
  contactSheet,
  encodePng,
  enlarge,
  loadGlide,
  type RgbImage,
  type Tensor,
} from "@glissade/core";
import { imagesFromTensor, resizeNearest } from "@glissade/core/image";
import { tensor } from "@glissade/graph";
import type { TrainingBatch } from "../data/index.ts";
import { erasedRegions, lowResolution, stepRandom } from "../tasks/index.ts";
import type { SamplePicture } from "../trainer/train.ts";
import type { AssembledRun, DenoisingNetwork } from "./assemble-run.ts";
import { sampleNetwork } from "./sample-network.ts";

export interface SampleGridOptions {
  /** The run's folder, whose `model/` holds the network with these weights. */
  readonly folder: string;
  /** Makes the backend that samples; it is disposed of after each round. */
  readonly backend: () => Backend;
  /** What a text-to-image network is asked for. */
  readonly prompts: readonly string[];
  /** Pictures that the others start from. */
  readonly examples: TrainingBatch;
  /**
   * Default 3, and 1 for an upsampler, which knows what to draw, and a network that never saw an
   * empty caption.
   */
  readonly guidance?: number;
  /**
   * Ends a grid of prompts early, with the pictures that there are: the run that is to stop still
   * writes its checkpoint.
   */
  readonly signal?: AbortSignal;
}

const seed = 5;
const steps = 20;
/** Pixels that a grid is enlarged to at least. */
const comfortable = 512;

/**
 * Sample pictures of a network in training as one grid, made with guidance through the weights that
 * are given:
 *
 * - a base network: one picture a prompt
 * - an inpainting one, a row an example: what is known, the result, the original
 * - an upsampler, a row an example: the small picture, the result, the original
 */
export async function sampleGrid(
  run: AssembledRun,
  denoising: DenoisingNetwork,
  weights: ReadonlyMap<string, Tensor>,
  step: number,
  options: SampleGridOptions,
): Promise<SamplePicture> {
  const backend = options.backend();
  try {
    const compares = denoising.config.superResolution || denoising.config.inpainting;
    return await (compares
      ? comparisonGrid(run, denoising, weights, backend, step, options)
      : promptGrid(run, backend, step, options));
  } finally {
    await backend.dispose();
  }
}

async function promptGrid(
  run: AssembledRun,
  backend: Backend,
  step: number,
  options: SampleGridOptions,
): Promise<SamplePicture> {
  const { prompts, signal } = options;
  const glide = await loadGlide(join(options.folder, "model"), { backend });
  try {
    const images: RgbImage[] = [];
    for (const prompt of prompts) {
      const { images: made } = await glide.generate({
        prompt,
        seed,
        steps,
        sampler: "dpmpp-2m",
        guidance: guidanceOf(run, options),
      });
      images.push(...made);
      if (signal?.aborted) break;
    }
    return {
      png: grid(images, Math.min(8, Math.ceil(Math.sqrt(images.length)))),
      caption: `step ${step}: ${prompts.join(" / ")}`,
    };
  } finally {
    await glide.dispose();
  }
}

async function comparisonGrid(
  run: AssembledRun,
  denoising: DenoisingNetwork,
  weights: ReadonlyMap<string, Tensor>,
  backend: Backend,
  step: number,
  options: SampleGridOptions,
): Promise<SamplePicture> {
  const { images, captions } = options.examples;
  const { shown, conditions, kind } = conditionsOf(run, images);
  const made = await sampleNetwork(run, denoising, {
    backend,
    weights,
    captions,
    conditions,
    guidance: guidanceOf(run, options),
    steps,
    seed,
  });
  const columns = [shown, made, images].map((column) => imagesFromTensor(column));
  const rows = captions.flatMap((_, row) => columns.flatMap((column) => column[row] ?? []));
  return {
    png: grid(rows, rows.length > 12 ? 6 : 3),
    caption: `step ${step}: ${kind}, result, original: ${captions.join(" / ")}`,
  };
}

/** What the network sees beside x, the same at every round, and how that looks. */
function conditionsOf(
  { recipe, side }: AssembledRun,
  images: Tensor,
): { shown: Tensor; conditions: Record<string, Tensor>; kind: string } {
  const count = images.dims[0] ?? 0;
  if (recipe.lowRes) {
    const small = lowResolution(
      images,
      { side: recipe.lowRes.side },
      stepRandom(seed, 0)("augmentation"),
    );
    return {
      shown: resizeNearest(small, [side, side]),
      conditions: { low_res: small },
      kind: "small picture",
    };
  }
  const mask = erasedRegions(count, side, stepRandom(seed, 0)("masks"));
  const plane = side * side;
  const shown = tensor(
    images.dims,
    images.data.map(
      (value, i) =>
        value * (mask.data[Math.floor(i / (3 * plane)) * plane + (i % plane)] as number),
    ),
  );
  return {
    shown,
    conditions: { inpaint_image: images, inpaint_mask: mask },
    kind: "what is known",
  };
}

function guidanceOf({ recipe }: AssembledRun, { guidance }: SampleGridOptions): number {
  return guidance ?? (recipe.emptyShare > 0 && recipe.stage !== "upsampler" ? 3 : 1);
}

function grid(images: readonly RgbImage[], columns: number): Uint8Array {
  const width = (images[0]?.width ?? 1) * columns;
  const factor = Math.max(1, Math.floor(comfortable / width));
  return encodePng(
    contactSheet(
      images.map((image) => enlarge(image, factor)),
      { columns, margin: 4 },
    ),
  );
}
