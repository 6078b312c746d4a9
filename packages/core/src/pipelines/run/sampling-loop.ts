import type { Tensor } from "@glissade/graph";
import { imagesFromTensor, type RgbImage } from "../../image/index.ts";
import type { StageName } from "../../model/description/components.ts";
import type { Sampler, SamplerInput } from "../../samplers/index.ts";

/** A picture and the seed that makes it again, alone. */
export interface GeneratedImage extends RgbImage {
  readonly seed: number;
  /**
   * How well it fits the prompt by the model's CLIP: 100 times the cosine for the published one.
   * Only where that was asked for.
   */
  readonly clipScore?: number;
}

/** A finished step of a generation. */
export interface GenerateStep {
  /** Which network made it. */
  readonly stage: StageName | "adm";
  /** Finished steps of the whole run, 1 to `steps`. */
  readonly step: number;
  /** Steps of all stages together. */
  readonly steps: number;
  /** The step of the training process that was just left. */
  readonly timestep: number;
  /**
   * The pictures expected behind the noise, one per image; at a stage's last step its result. Made
   * when read.
   */
  readonly preview: readonly GeneratedImage[];
  /** The same before it becomes pixels: x_0 `[count, 3, H, W]` in about [-1, 1]. */
  readonly x0: Tensor;
  /** The state with its noise, `[count, 3, H, W]`; at a stage's last step the pictures. */
  readonly x: Tensor;
}

/** `onProgress` is told every finished step. */
export type WithProgress<Options> = Options & {
  readonly onProgress?: (step: GenerateStep) => void;
};

/** Where a sampler's steps belong in a run. */
export interface PlaceInRun {
  readonly stage: GenerateStep["stage"];
  /** Steps of the run before this sampler, and of all its samplers. */
  readonly before: number;
  readonly total: number;
  readonly seeds: readonly number[];
}

/**
 * A sampler's way, its steps as those of the whole run.
 *
 * @returns where it ends, [count, 3, H, W]
 */
export async function* walkSampler(
  sampler: Sampler,
  input: SamplerInput,
  { stage, before, total, seeds }: PlaceInRun,
): AsyncGenerator<GenerateStep, Tensor, void> {
  let last = input.x;
  for await (const { step, steps, timestep, x, x0 } of sampler(input)) {
    last = x;
    const isLast = step === steps - 1;
    yield {
      ...{ stage, step: before + step + 1, steps: total, timestep, x, x0 },
      get preview() {
        return imagesWithSeeds(isLast ? x : x0, seeds);
      },
    };
  }
  return last;
}

/** Runs to the end, telling every finished step. */
export async function finished<Result>(
  run: AsyncGenerator<GenerateStep, Result, void>,
  onProgress: ((step: GenerateStep) => void) | undefined,
): Promise<Result> {
  for (;;) {
    const next = await run.next();
    if (next.done) return next.value;
    onProgress?.(next.value);
  }
}

/** The pictures of a batch with their seeds. */
export function imagesWithSeeds(x: Tensor, seeds: readonly number[]): GeneratedImage[] {
  return imagesFromTensor(x).map((image, k) => ({ ...image, seed: seeds[k] ?? 0 }));
}

/** The step as one of a longer run. */
export function renumbered(finished: GenerateStep, step: number, steps: number): GenerateStep {
  const { stage, timestep, x, x0 } = finished;
  return {
    ...{ stage, step, steps, timestep, x, x0 },
    get preview() {
      return finished.preview;
    },
  };
}
