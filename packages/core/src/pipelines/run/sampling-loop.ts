import type { Tensor } from "@glissade/graph";
import { imagesFromTensor, type RgbImage } from "../../image/index.ts";
import type { StageName } from "../../model/description/components.ts";
import type { Sampler, SamplerInput } from "../../samplers/index.ts";

/** An image and the seed that reproduces it, alone. */
export interface GeneratedImage extends RgbImage {
  readonly seed: number;
  /**
   * How well it fits the prompt by the model's CLIP: 100 times the cosine for the published one.
   * Only if that was asked for.
   */
  readonly clipScore?: number;
}

/** A finished step of one network. */
export interface NetworkStep {
  /** Which network made it. */
  readonly stage: StageName | "adm";
  /** The step of the training diffusion that was just left. */
  readonly timestep: number;
  /**
   * The images expected behind the noise, one per image; at a network's last step its result. Made
   * when read.
   */
  readonly preview: readonly GeneratedImage[];
  /** The same before it becomes pixels: x_0 `[count, 3, H, W]` in about [-1, 1]. */
  readonly x0: Tensor;
  /** The state with its noise, `[count, 3, H, W]`; at a network's last step the images. */
  readonly x: Tensor;
}

/** A finished step of a generation. */
export interface GenerateStep extends NetworkStep {
  /** Finished steps of the whole run, 1 to `steps`. */
  readonly step: number;
  /** Steps of all networks together. */
  readonly steps: number;
}

/**
 * Runs a sampler and reports its steps with previews.
 *
 * @returns its last state, `[count, 3, H, W]`
 */
export async function* runSampler(
  sampler: Sampler,
  input: SamplerInput,
  { stage, seeds }: { readonly stage: NetworkStep["stage"]; readonly seeds: readonly number[] },
): AsyncGenerator<NetworkStep, Tensor, void> {
  let last = input.x;
  for await (const { step, steps, timestep, x, x0 } of sampler(input)) {
    last = x;
    yield {
      stage,
      timestep,
      x,
      x0,
      get preview() {
        return imagesWithSeeds(step === steps ? x : x0, seeds);
      },
    };
  }
  return last;
}

/**
 * Counts the steps of a run, of however many networks or images it is made.
 *
 * @param steps how many there will be
 */
export async function* counted<Result>(
  run: AsyncGenerator<NetworkStep, Result, void>,
  steps: number,
): AsyncGenerator<GenerateStep, Result, void> {
  let step = 0;
  try {
    for (;;) {
      const next = await run.next();
      if (next.done) return next.value;
      const finished = next.value;
      const { stage, timestep, x, x0 } = finished;
      step++;
      yield {
        stage,
        step,
        steps,
        timestep,
        x,
        x0,
        get preview() {
          return finished.preview;
        },
      };
    }
  } finally {
    // a run that was left early ends too; for one that is done this does nothing
    await run.return(undefined as never);
  }
}

/** The images of a batch with their seeds. */
export function imagesWithSeeds(x: Tensor, seeds: readonly number[]): GeneratedImage[] {
  return imagesFromTensor(x).map((image, k) => ({ ...image, seed: seeds[k] ?? 0 }));
}
