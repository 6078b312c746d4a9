import { describe, expect, it } from "vitest";
import { predict } from "../diffusion/prediction.ts";
import { torchGenerator } from "../random/torch-generator.ts";
import {
  finalImage,
  karrasProcess,
  largestError,
  optimalDenoiser,
  unequalPixels,
} from "./__fixtures__/gaussian-data.ts";
import { absoluteSum, linearProcess, ramp, rampDenoiser } from "./__fixtures__/published-loop.ts";
import { modelOutput, noise, referenceProcess, t, x } from "./__fixtures__/reference-step.ts";
import { ddim } from "./ddim.ts";
import { ancestralStep, ddpm } from "./ddpm.ts";

describe("ancestralStep", () => {
  it("takes the reference's step, for rows at different timesteps", () => {
    const sample = ancestralStep(
      referenceProcess,
      predict(referenceProcess, modelOutput, x, t),
      t,
      noise,
    );
    expect(
      largestError(
        sample.data,
        [-1.3756316, -0.0347274, -0.8066779, -0.9982168, -0.394715, -0.2529193],
      ),
    ).toBeLessThan(2e-6);
  });

  it("adds no noise in the step to the clean image, row by row", () => {
    const prediction = predict(referenceProcess, modelOutput, x, [0, 1]);
    const sample = ancestralStep(referenceProcess, prediction, [0, 1], noise);
    expect(sample.data.subarray(0, 3)).toEqual(prediction.mean.data.subarray(0, 3));
    expect(sample.data[3]).not.toBe(prediction.mean.data[3]);
  });

  it("refuses a step outside the diffusion", () => {
    const prediction = predict(referenceProcess, modelOutput, x, t);
    expect(() => ancestralStep(referenceProcess, prediction, 10, noise)).toThrow(
      "t is 10; expected an integer from 0 to 9",
    );
  });
});

describe("ddpm", () => {
  it("ends where diffusers publishes that 1000 ancestral steps with torch's seed 0 end", async () => {
    const diffusion = linearProcess();
    const run = (meanType: "epsilon" | "velocity") =>
      finalImage(ddpm(), {
        diffusion,
        denoise: rampDenoiser(diffusion, { meanType, clipDenoised: true }),
        noise: torchGenerator(0).randn,
        x: ramp,
      });
    expect(Math.abs(absoluteSum(await run("epsilon")) - 258.9606)).toBeLessThan(1e-2);
    expect(Math.abs(absoluteSum(await run("velocity")) - 202.0296)).toBeLessThan(1e-2);
  });

  it("is DDIM with eta 1 where the variance is the posterior's", async () => {
    const diffusion = karrasProcess(30, 0.01, 80);
    const start = torchGenerator(1).randn([1, 3, 8, 8]);
    const input = { diffusion, denoise: optimalDenoiser(diffusion, unequalPixels), x: start };
    const ancestral = await finalImage(ddpm(), { ...input, noise: torchGenerator(2).randn });
    const implicit = await finalImage(ddim({ eta: 1 }), {
      ...input,
      noise: torchGenerator(2).randn,
    });
    expect(largestError(ancestral.data, implicit.data)).toBeLessThan(1e-5);
  });
});
