import type { GaussianDiffusion } from "./gaussian-diffusion.ts";
import type { MeanType } from "./prediction.ts";

/**
 * x_0 = fromX x_t + fromOutput output: the two weights by which a network's output becomes an
 * image.
 *
 * @param timestep a step of `diffusion`
 * @see Ho, Jain & Abbeel 2020, equation 4; Salimans & Ho 2022, appendix D
 */
export function x0Weights(
  diffusion: GaussianDiffusion,
  meanType: MeanType,
  timestep: number,
): { readonly fromX: number; readonly fromOutput: number } {
  const at = (values: Float64Array) => values[timestep] as number;
  switch (meanType) {
    case "epsilon":
      return {
        fromX: at(diffusion.sqrtRecipAlphasCumprod),
        fromOutput: -at(diffusion.sqrtRecipm1AlphasCumprod),
      };
    case "velocity":
      return {
        fromX: at(diffusion.sqrtAlphasCumprod),
        fromOutput: -at(diffusion.sqrtOneMinusAlphasCumprod),
      };
    case "start-x":
      return { fromX: 0, fromOutput: 1 };
    case "previous-x":
      return {
        fromX: -at(diffusion.posteriorMeanCoef2) / at(diffusion.posteriorMeanCoef1),
        fromOutput: 1 / at(diffusion.posteriorMeanCoef1),
      };
  }
}
