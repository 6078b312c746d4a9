import { type GaussianDiffusion, gaussianDiffusion } from "../../diffusion/gaussian-diffusion.ts";
import { type PredictionOptions, predict } from "../../diffusion/prediction.ts";
import { mapTensor, type Tensor, tensor } from "@glissade/graph";
import type { Denoise } from "../../diffusion/denoise.ts";

// The setting in which Hugging Face's diffusers publishes results of its schedulers
// (tests/schedulers): a diffusion of 1000 linear betas, the "network" x t / (t + 1), and a ramp as
// the start.

/** 1000 betas, evenly spaced from `start` to 0.02. */
export function linearProcess(start = 0.0001): GaussianDiffusion {
  return gaussianDiffusion(Float64Array.from({ length: 1000 }, (_, t) => start + ((0.02 - start) * t) / 999));
}

/** The ramp 0/768, 1/768, ... of shape [3, 8, 8, 4] with its last axis brought to the front. */
export const ramp: Tensor = tensor(
  [4, 3, 8, 8],
  Array.from({ length: 768 }, (_, i) => ((i % 192) * 4 + Math.floor(i / 192)) / 768),
);

export function rampDenoiser(diffusion: GaussianDiffusion, options: PredictionOptions = {}): Denoise {
  return async (x, index) => {
    const t = diffusion.timestepMap[index] as number;
    const output = mapTensor(x, (value) => (value * t) / (t + 1));
    return predict(diffusion, output, x, index, { varianceType: "fixed-small", clipDenoised: false, ...options });
  };
}

/** The number that the publication gives. */
export function absoluteSum(x: Tensor): number {
  return x.data.reduce((sum, value) => sum + Math.abs(value), 0);
}
