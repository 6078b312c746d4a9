import { assertPositiveInteger, type Tensor, weightedSum } from "@glissade/graph";
import { qSample } from "../diffusion/forward-process.ts";
import type { GaussianDiffusion } from "../diffusion/gaussian-diffusion.ts";
import { keepKnown } from "../diffusion/known-region.ts";
import { ancestralStep } from "./ddpm.ts";
import { firstIndex, type Sampler } from "./sampler.ts";

export interface RepaintOptions {
  /** The image, `[B, C, H, W]` in [-1, 1]. */
  readonly known: Tensor;
  /** `[B, 1, H, W]`, 1 where it is known. */
  readonly mask: Tensor;
  /** How many steps a jump goes back up. Default 10. */
  readonly jumpLength?: number;
  /** How often each stretch of steps is walked; 1 for no jumps. Default 10. */
  readonly resamplings?: number;
}

/**
 * Inpainting with an ordinary model: ancestral sampling in which the known region is the image
 * with that step's noise. Because such a step does not know what it will be joined to, every
 * stretch of steps is walked several times, with the noise put back between.
 *
 * @throws InvalidArgumentError where an option is out of range, or shapes differ
 * @see Lugmayr et al. 2022, RePaint, arXiv 2201.09865, algorithm 1 and appendix B (jumps)
 * @example `for await (const { x } of repaint({ known, mask })({ diffusion, denoise, noise, x:
 * noise(known.dims) })) ...`
 */
export function repaint({
  known,
  mask,
  jumpLength = 10,
  resamplings = 10,
}: RepaintOptions): Sampler {
  assertPositiveInteger("jumpLength", jumpLength);
  assertPositiveInteger("resamplings", resamplings);
  return async function* sample(input) {
    const { diffusion, denoise, noise, signal } = input;
    let { x } = input;
    const walk = repaintSteps(firstIndex(input), { jumpLength, resamplings });
    for (const [walked, { index, jumpsTo }] of walk.entries()) {
      signal?.throwIfAborted();
      const prediction = await denoise(x, index);
      const unknown = ancestralStep(diffusion, prediction, index, noise(x.dims));
      x = keepKnown(
        index === 0 ? known : qSample(diffusion, known, index - 1, noise(x.dims)),
        mask,
      )(unknown);
      yield {
        step: walked + 1,
        steps: walk.length,
        index,
        timestep: diffusion.timestepMap[index] as number,
        x,
        x0: prediction.x0,
      };
      if (jumpsTo !== undefined) x = noisier(diffusion, x, index - 1, jumpsTo, noise(x.dims));
    }
  };
}

/**
 * The steps of a run from `from` down to 0, with the index to which the noise is put back after a
 * step.
 */
export function repaintSteps(
  from: number,
  { jumpLength, resamplings }: Required<Pick<RepaintOptions, "jumpLength" | "resamplings">>,
): readonly { readonly index: number; readonly jumpsTo?: number }[] {
  const steps: { index: number; jumpsTo?: number }[] = [];
  for (let top = from; top >= 0; top -= jumpLength) {
    const bottom = Math.max(0, top - jumpLength + 1);
    for (let time = 1; time <= resamplings; time++) {
      for (let index = top; index >= bottom; index--)
        steps.push({ index, ...(index === bottom && time < resamplings && { jumpsTo: top }) });
    }
  }
  return steps;
}

/**
 * x at step `to` from x at step `from`, -1 for a clean image: q(x_to | x_from), the Markov
 * chain's own steps in one.
 */
function noisier(
  { alphasCumprod }: GaussianDiffusion,
  x: Tensor,
  from: number,
  to: number,
  noise: Tensor,
): Tensor {
  const kept = (alphasCumprod[to] as number) / (alphasCumprod[from] ?? 1);
  return weightedSum([Math.sqrt(kept), x], [Math.sqrt(1 - kept), noise]);
}
