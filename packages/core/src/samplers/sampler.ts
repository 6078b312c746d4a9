import type { Tensor } from "@glissade/graph";
import { InvalidArgumentError } from "@glissade/graph";
import type { Denoise } from "../diffusion/denoise.ts";
import type { GaussianDiffusion } from "../diffusion/gaussian-diffusion.ts";
import type { NoiseSource } from "../random/noise-streams.ts";

export interface SamplerInput {
  /**
   * The respaced diffusion: how the steps are spaced is settled in it, a sampler only walks its
   * indices.
   */
  readonly diffusion: GaussianDiffusion;
  readonly denoise: Denoise;
  /**
   * Called after the network in each step, so that one seed gives the same noise to samplers that
   * use it differently.
   */
  readonly noise: NoiseSource;
  /** The noisy image at step `from`, `[B, C, H, W]`. */
  readonly x: Tensor;
  /**
   * The first (noisiest) step, by default the diffusion's last. A lower one changes an image instead
   * of making one (SDEdit).
   */
  readonly from?: number | undefined;
  /** Checked before every step; the evaluation that has begun is finished. */
  readonly signal?: AbortSignal | undefined;
}

/** A finished step. The last one's `x` is the image. */
export interface SamplerStep {
  /** Steps done in this run, this one included: 1, 2, ... `steps`. */
  readonly step: number;
  readonly steps: number;
  /** The step of the diffusion that `x` has just left. */
  readonly index: number;
  /** The number the network was told at that step. */
  readonly timestep: number;
  /** The image with the noise that is still left. */
  readonly x: Tensor;
  /** The image the sampler expects behind the noise: a preview. */
  readonly x0: Tensor;
}

/**
 * Walks a diffusion from noise to an image. Progress, previews and stopping are the caller's `for
 * await`.
 *
 * @throws InvalidArgumentError where `from` is no step of the diffusion; the signal's reason where it
 * is aborted.
 * @example
 * ```ts
 * for await (const { step, steps, x0 } of ddim()({ diffusion, denoise, noise, x: noise([1, 3, 64, 64]) })) show(x0, step / steps);
 * ```
 */
export type Sampler = (input: SamplerInput) => AsyncGenerator<SamplerStep, void, void>;

/**
 * The indices of a run, from the noisiest to 0; stops with the signal's reason when the run is
 * aborted.
 */
export function* reverseIndices(input: SamplerInput): Generator<number, void, void> {
  for (let index = firstIndex(input); index >= 0; index--) {
    input.signal?.throwIfAborted();
    yield index;
  }
}

/** The report of the step that left `index`. */
export function finishedStep(
  input: SamplerInput,
  index: number,
  x: Tensor,
  x0: Tensor,
): SamplerStep {
  const from = firstIndex(input);
  return {
    step: from - index + 1,
    steps: from + 1,
    index,
    timestep: input.diffusion.timestepMap[index] as number,
    x,
    x0,
  };
}

/** The step a run starts at. @throws InvalidArgumentError where it is no step of the diffusion. */
export function firstIndex({ diffusion, from = diffusion.numTimesteps - 1 }: SamplerInput): number {
  if (!(Number.isInteger(from) && 0 <= from && from < diffusion.numTimesteps)) {
    throw new InvalidArgumentError({
      argument: "from",
      received: from,
      expected: `an integer from 0 to ${diffusion.numTimesteps - 1}, a step of this diffusion`,
    });
  }
  return from;
}
