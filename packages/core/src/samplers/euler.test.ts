import { mapTensor, tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { gaussianDiffusion } from "../diffusion/gaussian-diffusion.ts";
import { noiseLevel } from "../diffusion/noise-level.ts";
import { torchGenerator } from "../random/torch-generator.ts";
import {
  collect,
  finalImage,
  karrasProcess,
  largestError,
  optimalDenoiser,
  processOfSigmas,
  unequalPixels,
} from "./__fixtures__/gaussian-data.ts";
import { absoluteSum, ramp } from "./__fixtures__/published-loop.ts";
import { ddim } from "./ddim.ts";
import { euler, eulerStep } from "./euler.ts";
import { eulerAncestral } from "./euler-ancestral.ts";

const x = torchGenerator(1).randn([2, 3, 8, 8]);

describe("eulerStep", () => {
  it("ends where diffusers publishes that its Euler loop ends", () => {
    // Their loop is in the variance-exploding view, over 10 of 1100 linear betas with sigma
    // interpolated, and hands the image back as scaled for the network.
    const training = gaussianDiffusion(
      Float64Array.from({ length: 1100 }, (_, t) => 0.0001 + (0.0199 * t) / 1099),
    ).sqrtRecipm1AlphasCumprod;
    const timesteps = Array.from({ length: 10 }, (_, i) => (i * 1099) / 9);
    const diffusion = processOfSigmas(
      timesteps.map(
        (t) =>
          (training[Math.floor(t)] as number) * (1 - (t % 1)) +
          (training[Math.ceil(t)] as number) * (t % 1),
      ),
    );
    let sample = mapTensor(ramp, (value) => value * noiseLevel(diffusion, 9).sigma);
    for (let index = 9; index >= 0; index--) {
      const [from, to] = [noiseLevel(diffusion, index), noiseLevel(diffusion, index - 1)];
      const t = timesteps[index] as number;
      const scaled = mapTensor(sample, (value) => value * from.signal);
      const x0 = mapTensor(scaled, (value) => value - (from.sigma * (value * t)) / (t + 1));
      const stepped = eulerStep(
        mapTensor(scaled, (value) => value * from.signal),
        x0,
        from,
        to,
      );
      sample = mapTensor(stepped, (value) => value / to.signal);
    }
    expect(Math.abs(absoluteSum(sample) - 10.0807)).toBeLessThan(1e-2);
  });

  it("takes x0 where it comes from pure noise or goes to the clean image", () => {
    const diffusion = gaussianDiffusion(Float64Array.of(0.5, 1));
    const x0 = tensor([2], [0.25, -0.5]);
    const z = tensor([2], [1, 2]);
    expect([...eulerStep(z, x0, noiseLevel(diffusion, 0), noiseLevel(diffusion, -1)).data]).toEqual(
      [0.25, -0.5],
    );
    // sqrt(1/2) (x0 + noise)
    const half = eulerStep(z, x0, noiseLevel(diffusion, 1), noiseLevel(diffusion, 0));
    expect(largestError(half.data, [1.25 * Math.SQRT1_2, 1.5 * Math.SQRT1_2])).toBeLessThan(1e-7);
  });
});

describe("euler and euler-ancestral", () => {
  const diffusion = karrasProcess(40, 0.01, 80);
  const denoise = optimalDenoiser(diffusion, unequalPixels);

  it("euler is DDIM with eta 0 at every step", async () => {
    const noise = torchGenerator(2).randn;
    const ours = await collect(euler(), { diffusion, denoise, noise, x });
    const theirs = await collect(ddim(), { diffusion, denoise, noise, x });
    for (const [i, step] of ours.entries())
      expect(largestError(step.x.data, theirs[i]?.x.data ?? [])).toBeLessThan(1e-5);
  });

  it("euler-ancestral has eta 1 unless told otherwise", async () => {
    const byDefault = await finalImage(eulerAncestral(), {
      diffusion,
      denoise,
      noise: torchGenerator(3).randn,
      x,
    });
    const told = await finalImage(eulerAncestral({ eta: 1 }), {
      diffusion,
      denoise,
      noise: torchGenerator(3).randn,
      x,
    });
    expect(byDefault.data).toEqual(told.data);
  });

  it.each([0, 0.4, 1])(
    "euler-ancestral is DDIM with the same eta (%f) and the same noise",
    async (eta) => {
      const ours = await finalImage(eulerAncestral({ eta }), {
        diffusion,
        denoise,
        noise: torchGenerator(3).randn,
        x,
      });
      const theirs = await finalImage(ddim({ eta }), {
        diffusion,
        denoise,
        noise: torchGenerator(3).randn,
        x,
      });
      expect(largestError(ours.data, theirs.data)).toBeLessThan(1e-5);
    },
  );
});
