import { InvalidArgumentError } from "@glissade/graph";
import type { GaussianDiffusion } from "./gaussian-diffusion.ts";

/**
 * How much image and how much noise is in x_t = signal * x_0 + noise * epsilon, in the coordinates
 * that the papers on solvers use. (`signal` and `noise` are alpha_t and sigma_t in the DPM-Solver
 * papers; `sigma` is Karras et al.'s.)
 */
export interface NoiseLevel {
  /** sqrt(abar) */
  readonly signal: number;
  /** sqrt(1 - abar) */
  readonly noise: number;
  /** noise / signal: the noise of x / signal, the variance-exploding view of the same image. */
  readonly sigma: number;
  /**
   * log(signal / noise): half the logarithm of the signal-to-noise ratio; infinite for the clean
   * image.
   */
  readonly lambda: number;
}

/** The noise level at a step of the diffusion; index -1 is the clean image behind step 0. */
export function noiseLevel(diffusion: GaussianDiffusion, index: number): NoiseLevel {
  const alphaCumprod = index < 0 ? 1 : (diffusion.alphasCumprod[index] as number);
  const signal = Math.sqrt(alphaCumprod);
  const noise = Math.sqrt(1 - alphaCumprod);
  return { signal, noise, sigma: noise / signal, lambda: Math.log(signal / noise) };
}

/**
 * For samplers that divide by the signal. @throws InvalidArgumentError where nothing but noise is
 * left (abar = 0).
 */
export function assertHoldsSignal({ signal }: NoiseLevel): void {
  if (!(signal > 0))
    throw new InvalidArgumentError({
      argument: "diffusion",
      received: "abar = 0 at the first step",
      expected: "some signal (abar > 0) at the first step of this sampler",
      hint: "Leave the last step of the diffusion out.",
    });
}
