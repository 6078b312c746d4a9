import { mapTensor, type Tensor, tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import type { GaussianDiffusion } from "../diffusion/gaussian-diffusion.ts";
import { noiseLevel } from "../diffusion/noise-level.ts";
import { predict } from "../diffusion/prediction.ts";
import { torchGenerator } from "../random/torch-generator.ts";
import {
  finalImage,
  karrasProcess,
  optimalDenoiser,
  unequalPixels,
} from "./__fixtures__/gaussian-data.ts";
import { ddim } from "./ddim.ts";
import { ddpm } from "./ddpm.ts";
import { dpmSolverPlusPlus2MSde } from "./dpm-solver-plus-plus-sde.ts";
import { euler } from "./euler.ts";
import { eulerAncestral } from "./euler-ancestral.ts";
import { langevin } from "./langevin.ts";
import { langevinCorrector } from "./langevin-corrector.ts";
import type { Sampler } from "./sampler.ts";

const pixels = 16_384;
const { mean, deviation } = unequalPixels;

interface Moments {
  readonly mean: number;
  readonly variance: number;
}

/**
 * Mean and variance over all pixels of an image, each pixel standardised by what is expected of
 * it.
 */
function standardisedMoments(image: Tensor, expected: (pixel: number) => Moments): Moments {
  const standardised = mapTensor(
    image,
    (value, pixel) => (value - expected(pixel).mean) / Math.sqrt(expected(pixel).variance),
  ).data;
  const average = standardised.reduce((sum, value) => sum + value, 0) / pixels;
  return {
    mean: average,
    variance: standardised.reduce((sum, value) => sum + (value - average) ** 2, 0) / pixels,
  };
}

/**
 * Within 4 standard errors of the mean and of the variance of `pixels` independent standard normal
 * values.
 */
function expectStandardNormal({ mean, variance }: Moments): void {
  expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(pixels));
  expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / pixels));
}

function run(sampler: Sampler, diffusion: GaussianDiffusion, startScale = 1): Promise<Tensor> {
  const { randn } = torchGenerator(5);
  const x = mapTensor(randn([2, 1, 64, 128]), (value) => startScale * value);
  return finalImage(sampler, {
    diffusion,
    denoise: optimalDenoiser(diffusion, unequalPixels),
    noise: randn,
    x,
  });
}

const data = (pixel: number): Moments => ({ mean: mean(pixel), variance: deviation(pixel) ** 2 });

describe("on Gaussian data", () => {
  // First-order samplers lose variance in proportion to the length of a step: 3 to 4 % at 250
  // steps.
  it.each([
    ["ddpm", ddpm(), 1000],
    ["ddim with eta 1", ddim({ eta: 1 }), 1000],
    ["ddim with eta 0.5", ddim({ eta: 0.5 }), 500],
    ["euler-ancestral", eulerAncestral(), 1000],
    ["dpmpp-2m-sde", dpmSolverPlusPlus2MSde(), 60],
    ["dpmpp-2m-sde with eta 0.5", dpmSolverPlusPlus2MSde({ eta: 0.5 }), 60],
    [
      "langevin-corrector after ddpm",
      langevinCorrector({ predictor: ddpm(), signalToNoise: 0.05 }),
      500,
    ],
    [
      "langevin-corrector after euler",
      langevinCorrector({ predictor: euler(), correctorSteps: 2, signalToNoise: 0.05 }),
      250,
    ],
  ] as const)("%s draws images with the data's mean and variance", async (_, sampler, steps) => {
    expectStandardNormal(
      standardisedMoments(await run(sampler, karrasProcess(steps - 1, 0.005, 80)), data),
    );
  });

  it("langevin draws images as its chain of Gaussians says, which is a little wider than the data", async () => {
    const [stepsPerLevel, stepSize] = [8, 0.4];
    const diffusion = karrasProcess(149, 0.01, 80);
    const image = await run(langevin({ stepsPerLevel, stepSize }), diffusion);
    const expected = Array.from({ length: 20 }, (_, pixel) =>
      langevinMoments(diffusion, data(pixel), stepsPerLevel, stepSize),
    );
    for (const [pixel, { variance }] of expected.entries()) {
      expect(variance / data(pixel).variance).toBeGreaterThan(1);
      expect(variance / data(pixel).variance).toBeLessThan(1.1);
    }
    expectStandardNormal(standardisedMoments(image, (pixel) => expected[pixel % 20] as Moments));
  });

  it("langevin-corrector mends a start with the wrong noise, which its predictor alone carries to the end", async () => {
    const diffusion = karrasProcess(99, 0.005, 80);
    const variance = async (sampler: Sampler) =>
      standardisedMoments(await run(sampler, diffusion, 2), data).variance;
    const corrected = langevinCorrector({
      predictor: euler(),
      correctorSteps: 2,
      signalToNoise: 0.16,
    });
    expect(await variance(euler())).toBeGreaterThan(3.5);
    expect(Math.abs((await variance(corrected)) - 1)).toBeLessThan(0.1);
  });
});

describe("where the network knows the image", () => {
  const diffusion = karrasProcess(6, 0.05, 10);
  const image = tensor([1, 1, 1, 3], [0.4, -0.2, 0.9]);
  const denoise = async (x: Tensor, index: number) =>
    predict(diffusion, image, x, index, {
      meanType: "start-x",
      varianceType: "fixed-small",
      clipDenoised: false,
    });

  /**
   * The weight of the old and of the fresh noise after each step: every sampler is linear in both.
   */
  async function noiseWeights(
    sampler: Sampler,
    index: number,
  ): Promise<{ old: number; fresh: number }> {
    const { signal, noise } = noiseLevel(diffusion, index);
    const to = noiseLevel(diffusion, index - 1);
    const left = async (epsilon: number, z: number) => {
      const x = mapTensor(image, (value) => signal * value + noise * epsilon);
      const { value } = await sampler({
        diffusion,
        denoise,
        noise: (dims) => tensor(dims, [z, z, z]),
        x,
        from: index,
      }).next();
      return ((value?.x.data[0] ?? Number.NaN) - to.signal * (image.data[0] as number)) / to.noise;
    };
    return { old: await left(1, 0), fresh: await left(0, 1) };
  }

  it.each([
    ["ddpm", ddpm(), 1],
    ["ddim with eta 0.7", ddim({ eta: 0.7 }), undefined],
    ["ddim with eta 1", ddim({ eta: 1 }), 1],
    ["euler-ancestral", eulerAncestral(), 1],
    ["euler-ancestral with eta 0.7", eulerAncestral({ eta: 0.7 }), undefined],
    ["dpmpp-2m-sde", dpmSolverPlusPlus2MSde(), 1],
    ["dpmpp-2m-sde with eta 0.7", dpmSolverPlusPlus2MSde({ eta: 0.7 }), 0.7],
  ] as const)(
    "%s puts just as much fresh noise in as it takes old noise out",
    async (_, sampler, eta) => {
      for (const index of [6, 3, 1]) {
        const { old, fresh } = await noiseWeights(sampler, index);
        expect(Math.hypot(old, fresh)).toBeCloseTo(1, 4);
        // what the reverse diffusion with eta times the variance leaves of the old noise: (sigma' /
        // sigma)^eta
        if (eta !== undefined)
          expect(old).toBeCloseTo(
            (noiseLevel(diffusion, index - 1).sigma / noiseLevel(diffusion, index).sigma) ** eta,
            4,
          );
      }
    },
  );
});

/**
 * Mean and variance after annealed Langevin dynamics from standard normal x: every step is linear
 * in x, so both follow in closed form. In the variance-exploding view.
 */
function langevinMoments(
  diffusion: GaussianDiffusion,
  { mean, variance }: Moments,
  stepsPerLevel: number,
  stepSize: number,
): Moments {
  const sigmas = [...diffusion.sqrtRecipm1AlphasCumprod].reverse();
  let drawn: Moments = { mean: 0, variance: 1 / (diffusion.alphasCumprod.at(-1) as number) };
  for (const sigma of sigmas) {
    const alpha = stepSize * sigma ** 2;
    for (let t = 0; t < stepsPerLevel; t++) {
      const keep = 1 - alpha / 2 / (variance + sigma ** 2);
      drawn = {
        mean: keep * drawn.mean + (1 - keep) * mean,
        variance: keep ** 2 * drawn.variance + alpha,
      };
    }
  }
  const denoise = variance / (variance + (sigmas.at(-1) as number) ** 2);
  return {
    mean: denoise * drawn.mean + (1 - denoise) * mean,
    variance: denoise ** 2 * drawn.variance,
  };
}
