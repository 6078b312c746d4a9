import { type Tensor, tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { gaussianDiffusion, respace } from "../diffusion/gaussian-diffusion.ts";
import { torchGenerator } from "../random/torch-generator.ts";
import {
  collect,
  finalImage,
  karrasProcess,
  largestError,
  optimalDenoiser,
  unequalPixels,
} from "./__fixtures__/gaussian-data.ts";
import { absoluteSum, linearProcess, ramp, rampDenoiser } from "./__fixtures__/published-loop.ts";
import { ddim } from "./ddim.ts";
import { dpmSolverPlusPlus2M } from "./dpm-solver-plus-plus.ts";
import { dpmSolverPlusPlus2MSde } from "./dpm-solver-plus-plus-sde.ts";
import { unipc } from "./unipc.ts";

const silence = (dims: readonly number[]): Tensor => tensor(dims);
const x = torchGenerator(1).randn([2, 3, 8, 8]);

describe("dpmpp-2m", () => {
  it.each([
    ["epsilon", 0.3301],
    ["velocity", 0.2251],
  ] as const)(
    "is where diffusers publishes that its second-order multi-step scheduler ends (%s)",
    async (meanType, mean) => {
      // Theirs ends at the noise level of step 0, ours one step later.
      const diffusion = respace(
        linearProcess(),
        [0, 100, 200, 300, 400, 500, 599, 699, 799, 899, 999],
      );
      const run = await collect(dpmSolverPlusPlus2M(), {
        diffusion,
        denoise: rampDenoiser(diffusion, { meanType }),
        noise: silence,
        x: ramp,
      });
      expect(Math.abs(absoluteSum(run.at(-2)?.x ?? ramp) / 768 - mean)).toBeLessThan(1e-4);
    },
  );

  it("begins and ends with steps of DDIM", async () => {
    const diffusion = karrasProcess(10, 0.05, 3);
    const input = {
      diffusion,
      denoise: optimalDenoiser(diffusion, unequalPixels),
      noise: silence,
      x,
    };
    const ours = await collect(dpmSolverPlusPlus2M(), input);
    const theirs = await collect(ddim(), input);
    const distance = (step: number) =>
      largestError(ours[step]?.x.data ?? [], theirs[step]?.x.data ?? []);
    expect(distance(0)).toBeLessThan(1e-6);
    expect(distance(1)).toBeGreaterThan(1e-3);
    expect(ours.at(-1)?.x.data).toEqual(ours.at(-1)?.x0.data);
  });
});

describe("dpmpp-2m-sde", () => {
  it("is dpmpp-2m with eta 0", async () => {
    const diffusion = karrasProcess(10, 0.01, 80);
    const input = {
      diffusion,
      denoise: optimalDenoiser(diffusion, unequalPixels),
      noise: torchGenerator(4).randn,
      x,
    };
    const stochastic = await finalImage(dpmSolverPlusPlus2MSde({ eta: 0 }), input);
    const deterministic = await finalImage(dpmSolverPlusPlus2M(), input);
    expect(largestError(stochastic.data, deterministic.data)).toBeLessThan(1e-6);
  });
});

describe("unipc", () => {
  // An implementation of the paper's linear systems written apart from this one (float64, any
  // order) gives .2464 and .1014 in diffusers' own setting, as published, and these sums where the
  // last step goes to the clean image.
  it.each([
    ["epsilon", 186.762073],
    ["velocity", 76.582543],
  ] as const)("ends where an independent implementation ends (%s)", async (meanType, sum) => {
    const diffusion = respace(linearProcess(), [100, 200, 300, 400, 500, 599, 699, 799, 899, 999]);
    const image = await finalImage(unipc(), {
      diffusion,
      denoise: rampDenoiser(diffusion, { meanType }),
      noise: silence,
      x: ramp,
    });
    expect(Math.abs(absoluteSum(image) - sum)).toBeLessThan(1e-3);
  });

  it("predicts its first step as dpmpp-2m does, and corrects it with what the network says at its end", async () => {
    const diffusion = karrasProcess(2, 0.5, 80);
    const seen: Tensor[] = [];
    const denoise = optimalDenoiser(diffusion, unequalPixels);
    const evaluate = async (state: Tensor, index: number) => {
      const prediction = await denoise(state, index);
      seen.push(prediction.x0);
      return prediction;
    };
    await finalImage(unipc(), { diffusion, denoise: evaluate, noise: silence, x });
    const plain = await collect(dpmSolverPlusPlus2M(), { diffusion, denoise, noise: silence, x });
    expect(largestError(seen[1]?.data ?? [], plain[1]?.x0.data ?? x.data)).toBeLessThan(1e-6);
    expect(largestError(seen[2]?.data ?? [], plain[2]?.x0.data ?? x.data)).toBeGreaterThan(1e-3);
  });
});

describe("from pure noise (abar = 0)", () => {
  it.each([
    ["dpmpp-2m", dpmSolverPlusPlus2M()],
    ["dpmpp-2m-sde", dpmSolverPlusPlus2MSde()],
    ["dpmpp-2m-sde with eta 0", dpmSolverPlusPlus2MSde({ eta: 0 })],
    ["unipc", unipc()],
  ])("%s stays finite though the first step is infinitely long", async (_, sampler) => {
    const diffusion = gaussianDiffusion(Float64Array.of(0.05, 0.2, 0.4, 0.6, 1));
    const image = await finalImage(sampler, {
      diffusion,
      denoise: optimalDenoiser(diffusion, unequalPixels),
      noise: torchGenerator(5).randn,
      x,
    });
    expect(image.data.every((value) => Math.abs(value) < 10)).toBe(true);
  });
});
