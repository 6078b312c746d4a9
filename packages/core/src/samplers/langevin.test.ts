import { concatRows, mapTensor, rows, type Tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { gaussianDiffusion } from "../diffusion/gaussian-diffusion.ts";
import { noiseLevel } from "../diffusion/noise-level.ts";
import { torchGenerator } from "../random/torch-generator.ts";
import {
  finalImage,
  karrasProcess,
  largestError,
  optimalDenoiser,
  unequalPixels,
} from "./__fixtures__/gaussian-data.ts";
import { ddimInversion } from "./ddim-inversion.ts";
import { ddpm } from "./ddpm.ts";
import { euler } from "./euler.ts";
import { langevin } from "./langevin.ts";
import { langevinCorrector } from "./langevin-corrector.ts";
import { plms } from "./plms.ts";

const diffusion = karrasProcess(4, 0.05, 20);
const x = torchGenerator(1).randn([2, 3, 8, 8]);

describe("langevin", () => {
  it("takes the paper's step: alpha / 2 score + sqrt(alpha) z in the variance-exploding view", async () => {
    const z = torchGenerator(2).randn(x.dims);
    const denoise = optimalDenoiser(diffusion, unequalPixels);
    const stepSize = 0.3;
    const { value } = await langevin({ stepsPerLevel: 1, stepSize })({
      diffusion,
      denoise,
      noise: () => z,
      x,
    }).next();
    const { signal, sigma } = noiseLevel(diffusion, 4);
    const { x0 } = await denoise(x, 4);
    const alpha = stepSize * sigma ** 2;
    const expected = Array.from(x.data, (entry, i) => {
      const exploding = entry / signal;
      const score = ((x0.data[i] as number) - exploding) / sigma ** 2;
      return (
        noiseLevel(diffusion, 3).signal *
        (exploding + (alpha / 2) * score + Math.sqrt(alpha) * (z.data[i] as number))
      );
    });
    expect(largestError(value ? value.x.data : [], expected)).toBeLessThan(1e-5);
  });

  it("ends with one more evaluation, of the clean image, or with the last level's noise", async () => {
    let evaluations = 0;
    const denoise = (state: Tensor, index: number) => {
      evaluations++;
      return optimalDenoiser(diffusion, unequalPixels)(state, index);
    };
    const run = (denoiseFinal: boolean) =>
      finalImage(langevin({ stepsPerLevel: 3, denoiseFinal }), {
        diffusion,
        denoise,
        noise: torchGenerator(3).randn,
        x,
      });
    const noisy = await run(false);
    expect(evaluations).toBe(15);
    const clean = await run(true);
    expect(evaluations).toBe(15 + 16);
    const asSeen = mapTensor(noisy, (value) => value * noiseLevel(diffusion, 0).signal);
    expect(
      largestError(
        clean.data,
        (await optimalDenoiser(diffusion, unequalPixels)(asSeen, 0)).x0.data,
      ),
    ).toBeLessThan(1e-6);
  });

  it("refuses options that cannot be, and a start without signal", async () => {
    expect(() => langevin({ stepsPerLevel: 0 })).toThrow(
      "stepsPerLevel is 0; expected a positive integer",
    );
    expect(() => langevin({ stepSize: 2 })).toThrow("stepSize is 2");
    const silent = gaussianDiffusion(Float64Array.of(0.5, 1));
    const input = {
      diffusion: silent,
      denoise: optimalDenoiser(silent, unequalPixels),
      noise: torchGenerator(3).randn,
      x,
    };
    await expect(langevin()(input).next()).rejects.toThrow("abar = 0");
    await expect(plms()(input).next()).rejects.toThrow("abar = 0");
  });
});

describe("langevin-corrector", () => {
  const denoise = optimalDenoiser(diffusion, unequalPixels);

  it("takes the paper's corrector step after the predictor's", async () => {
    const z = torchGenerator(4).randn(x.dims);
    const { value } = await langevinCorrector({ predictor: euler(), signalToNoise: 0.1 })({
      diffusion,
      denoise,
      noise: () => z,
      x,
    }).next();
    const predicted = (await euler()({ diffusion, denoise, noise: () => z, x }).next()).value;
    if (!value || !predicted) throw new Error("no step");
    const { epsilon } = await denoise(predicted.x, 3);
    const { noise: deviation } = noiseLevel(diffusion, 3);
    const norm = (tensor: Tensor, row: number) => Math.hypot(...rows(tensor, row, row + 1).data);
    const expected = Array.from(predicted.x.data, (entry, i) => {
      const row = Math.floor(i / 192);
      const size =
        2 *
        (1 - (diffusion.betas[3] as number)) *
        (0.1 * (norm(z, row) / (norm(epsilon, row) / deviation))) ** 2;
      return (
        entry -
        (size * (epsilon.data[i] as number)) / deviation +
        Math.sqrt(2 * size) * (z.data[i] as number)
      );
    });
    expect(largestError(value.x.data, expected)).toBeLessThan(1e-5);
  });

  it("corrects after every step but the last", async () => {
    const evaluated: number[] = [];
    const recorded = (state: Tensor, index: number) => {
      evaluated.push(index);
      return denoise(state, index);
    };
    await finalImage(langevinCorrector({ predictor: euler(), correctorSteps: 2 }), {
      diffusion,
      denoise: recorded,
      noise: torchGenerator(7).randn,
      x,
    });
    expect(evaluated).toEqual([4, 3, 3, 3, 2, 2, 2, 1, 1, 1, 0, 0, 0]);
  });

  it("makes an image that does not depend on its neighbours in the batch", async () => {
    const stillNoise = (dims: readonly number[]) =>
      concatRows(
        Array.from({ length: dims[0] as number }, () =>
          torchGenerator(6).randn([1, ...dims.slice(1)]),
        ),
      );
    const sampler = langevinCorrector({ predictor: ddpm(), correctorSteps: 2 });
    const together = await finalImage(sampler, {
      diffusion,
      denoise,
      noise: stillNoise,
      x: concatRows([rows(x, 0, 1), rows(x, 0, 1)]),
    });
    const loud = { ...x, data: x.data.map((value, i) => (i < 192 ? value : 5 * value)) };
    const besideLoud = await finalImage(sampler, {
      diffusion,
      denoise,
      noise: stillNoise,
      x: loud,
    });
    expect(besideLoud.data.subarray(0, 192)).toEqual(together.data.subarray(0, 192));
  });

  it("refuses options that cannot be, and a predictor without steps", async () => {
    expect(() => langevinCorrector({ predictor: ddpm(), correctorSteps: 1.5 })).toThrow(
      "correctorSteps is 1.5",
    );
    expect(() => langevinCorrector({ predictor: ddpm(), signalToNoise: 0 })).toThrow(
      "signalToNoise is 0",
    );
    const input = { diffusion, denoise, noise: torchGenerator(3).randn, x, from: 0 };
    await expect(langevinCorrector({ predictor: ddimInversion() })(input).next()).rejects.toThrow(
      "a run without steps",
    );
  });
});
