import type { GaussianDiffusion } from "@glissade/core/diffusion";

/** SNR(t) = abar_t / (1 - abar_t). @see Kingma et al. 2021, arXiv 2107.00630, equation 2 */
export function signalToNoise({ alphasCumprod }: GaussianDiffusion, t: number): number {
  const abar = alphasCumprod[t] as number;
  return abar / (1 - abar);
}
