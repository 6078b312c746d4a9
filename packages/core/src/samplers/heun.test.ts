import { type Tensor, tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { gaussianDiffusion, respace } from "../diffusion/gaussian-diffusion.ts";
import { finalImage, optimalDenoiser, unequalPixels } from "./__fixtures__/gaussian-data.ts";
import { absoluteSum, linearProcess, ramp, rampDenoiser } from "./__fixtures__/published-loop.ts";
import { heun } from "./heun.ts";

const silence = (dims: readonly number[]): Tensor => tensor(dims);

describe("heun", () => {
  it("ends where the paper's algorithm ends, written with its slopes in the variance-exploding view in float64", async () => {
    const diffusion = respace(linearProcess(), [0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
    const image = await finalImage(heun(), {
      diffusion,
      denoise: rampDenoiser(diffusion),
      noise: silence,
      x: ramp,
    });
    expect(Math.abs(absoluteSum(image) - 236.195747)).toBeLessThan(1e-3);
  });

  it("takes an Euler step from pure noise, where there is no slope to average", async () => {
    const diffusion = gaussianDiffusion(Float64Array.of(0.05, 0.2, 0.4, 0.6, 1));
    const image = await finalImage(heun(), {
      diffusion,
      denoise: optimalDenoiser(diffusion, unequalPixels),
      noise: silence,
      x: ramp,
    });
    expect(image.data.every((value) => Math.abs(value) < 10)).toBe(true);
  });
});
