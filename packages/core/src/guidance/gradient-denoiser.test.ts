import type { Tensor } from "@glissade/graph";
import { mapTensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import type { Denoise } from "../diffusion/denoise.ts";
import { predict } from "../diffusion/prediction.ts";
import { torchGenerator } from "../random/torch-generator.ts";
import {
  finalImage,
  karrasProcess,
  largestError,
  optimalDenoiser,
  unequalPixels,
} from "../samplers/__fixtures__/gaussian-data.ts";
import {
  gradient,
  modelOutput,
  noise,
  referenceProcess,
  x,
} from "../samplers/__fixtures__/reference-step.ts";
import { ddimStep } from "../samplers/ddim.ts";
import { ancestralStep } from "../samplers/ddpm.ts";
import { samplerByName, samplers } from "../samplers/sampler-registry.ts";
import { withGradient } from "./gradient.ts";

const network: Denoise = async (state, index) =>
  predict(referenceProcess, modelOutput, state, index);
const firstRow = (sample: Tensor) => sample.data.subarray(0, 3);

describe("withGradient", () => {
  it("moves the mean of an ancestral step as the reference does", async () => {
    const prediction = await withGradient(
      referenceProcess,
      network,
      async () => gradient,
      "mean",
    )(x, 4);
    expect(
      largestError(
        firstRow(ancestralStep(referenceProcess, prediction, 4, noise)),
        [-1.3358835, -0.0748939, -0.6586242],
      ),
    ).toBeLessThan(2e-6);
    expect(largestError(firstRow(prediction.x0), [0.13972, 1, -0.7853583])).toBeLessThan(2e-6);
  });

  it("moves the score of a DDIM step as the reference does", async () => {
    const prediction = await withGradient(
      referenceProcess,
      network,
      async () => gradient,
      "score",
    )(x, 4);
    expect(
      largestError(
        firstRow(ddimStep(referenceProcess, prediction, 4, { eta: 0.5, noise })),
        [-0.8025348, -0.1460683, -0.601835],
      ),
    ).toBeLessThan(2e-6);
    expect(largestError(firstRow(prediction.x0), [0.2651534, 0.8859301, -0.3389004])).toBeLessThan(
      2e-6,
    );
  });

  it("tells the gradient where it is and what the network said", async () => {
    const asked: unknown[] = [];
    const denoise = withGradient(
      referenceProcess,
      network,
      async (state, index, prediction) => {
        asked.push(state, index, prediction.x0.dims);
        return gradient;
      },
      "mean",
    );
    await denoise(x, 4);
    expect(asked).toEqual([x, 4, [2, 3, 1, 1]]);
  });

  // Tilting Gaussian data by exp(strength * x0) moves its mean by strength * variance; the gradient
  // of the tilt's logarithm at x_t is known in closed form.
  it.each(Object.keys(samplers).filter((name) => name !== "langevin"))(
    "leads %s to the tilted distribution's mean",
    async (name) => {
      const strength = 2;
      const entry = samplerByName(name);
      const diffusion = karrasProcess(
        entry.gradientRule === "mean" ? 1000 : name === "euler-ancestral" ? 250 : 60,
        0.005,
        80,
      );
      const tilt = async (state: Tensor, index: number) => {
        const abar = diffusion.alphasCumprod[index] as number;
        return mapTensor(state, (_, pixel) => {
          const variance = unequalPixels.deviation(pixel) ** 2;
          return (strength * variance * Math.sqrt(abar)) / (abar * variance + 1 - abar);
        });
      };
      const denoise = withGradient(
        diffusion,
        optimalDenoiser(diffusion, unequalPixels),
        tilt,
        entry.gradientRule,
      );
      const { randn } = torchGenerator(8);
      const image = await finalImage(entry.create(), {
        diffusion,
        denoise,
        noise: randn,
        x: randn([1, 1, 64, 64]),
      });
      const moved = mapTensor(
        image,
        (value, pixel) =>
          (value - unequalPixels.mean(pixel) - strength * unequalPixels.deviation(pixel) ** 2) /
          unequalPixels.deviation(pixel),
      );
      const mean = moved.data.reduce((sum, value) => sum + value, 0) / moved.data.length;
      // 4 standard errors; without the gradient it would be -0.85
      expect(Math.abs(mean)).toBeLessThan(4 / 64);
    },
  );
});
