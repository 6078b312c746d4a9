import { gaussianDiffusion, type GaussianDiffusion } from "../../diffusion/gaussian-diffusion.ts";
import { predict } from "../../diffusion/prediction.ts";
import { mapTensor, type Tensor } from "@glissade/graph";
import type { Denoise } from "../../diffusion/denoise.ts";
import type { Sampler, SamplerInput, SamplerStep } from "../sampler.ts";

/**
 * Data whose every pixel is drawn from its own Gaussian: everything that a sampler should do with
 * it is known in closed form.
 */
export interface GaussianData {
  readonly mean: (pixel: number) => number;
  readonly deviation: (pixel: number) => number;
}

export const unequalPixels: GaussianData = { mean: (pixel) => 0.3 * (pixel % 5) - 0.6, deviation: (pixel) => 0.2 + 0.15 * (pixel % 4) };

/** The best possible network: E[x_0 | x_t], with the posterior's variance. */
export function optimalDenoiser(diffusion: GaussianDiffusion, { mean, deviation }: GaussianData): Denoise {
  return async (x, index) => {
    const abar = diffusion.alphasCumprod[index] as number;
    const x0 = mapTensor(x, (value, pixel) => {
      const variance = deviation(pixel) ** 2;
      return mean(pixel) + ((variance * Math.sqrt(abar)) / (abar * variance + 1 - abar)) * (value - Math.sqrt(abar) * mean(pixel));
    });
    return predict(diffusion, x0, x, index, { meanType: "start-x", varianceType: "fixed-small", clipDenoised: false });
  };
}

/**
 * Where the probability flow takes `x` from one abar to another: (x - sqrt(abar) mean) / sqrt(abar
 * deviation^2 + 1 - abar) does not change.
 */
export function exactFlow(x: Tensor, from: number, to: number, { mean, deviation }: GaussianData): Float64Array {
  const spread = (abar: number, pixel: number) => Math.sqrt(abar * deviation(pixel) ** 2 + 1 - abar);
  return Float64Array.from(x.data, (value, pixel) => {
    const standardised = (value - Math.sqrt(from) * mean(pixel)) / spread(from, pixel);
    return Math.sqrt(to) * mean(pixel) + spread(to, pixel) * standardised;
  });
}

/** A diffusion with the given noise levels sigma = sqrt((1 - abar) / abar), ascending. */
export function processOfSigmas(sigmas: readonly number[]): GaussianDiffusion {
  const abar = sigmas.map((sigma) => 1 / (1 + sigma ** 2));
  return gaussianDiffusion(Float64Array.from(abar, (value, i) => 1 - value / (abar[i - 1] ?? 1)));
}

/**
 * `steps` + 1 noise levels, evenly spaced in sigma^(1/7) (Karras et al. 2022, equation 5): `steps`
 * steps from `max` to `min`, one more to 0.
 */
export function karrasProcess(steps: number, min: number, max: number): GaussianDiffusion {
  return processOfSigmas(Array.from({ length: steps + 1 }, (_, i) => (min ** (1 / 7) + (i / steps) * (max ** (1 / 7) - min ** (1 / 7))) ** 7));
}

export async function collect(sampler: Sampler, input: SamplerInput): Promise<readonly SamplerStep[]> {
  const steps: SamplerStep[] = [];
  for await (const step of sampler(input)) steps.push(step);
  return steps;
}

/** The image at the end of a run. */
export async function finalImage(sampler: Sampler, input: SamplerInput): Promise<Tensor> {
  const last = (await collect(sampler, input)).at(-1);
  if (!last) throw new Error("the run had no steps");
  return last.x;
}

export function largestError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs((actual[i] as number) - (expected[i] as number)));
  return largest;
}
