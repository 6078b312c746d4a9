import { type Tensor, tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import {
  collect,
  exactFlow,
  finalImage,
  karrasProcess,
  largestError,
  optimalDenoiser,
  processOfSigmas,
  unequalPixels,
} from "./__fixtures__/gaussian-data.ts";
import { ddim } from "./ddim.ts";
import { dpmSolverPlusPlus2M } from "./dpm-solver-plus-plus.ts";
import { dpmSolverPlusPlus2MSde } from "./dpm-solver-plus-plus-sde.ts";
import { euler } from "./euler.ts";
import { eulerAncestral } from "./euler-ancestral.ts";
import { heun } from "./heun.ts";
import { plms } from "./plms.ts";
import type { Sampler } from "./sampler.ts";
import { unipc } from "./unipc.ts";

// For Gaussian data the best network and the exact probability flow are known in closed form. The
// step to the clean image is the same for all samplers (x_0), so the order is measured one step
// before the end.

const x = tensor(
  [1, 1, 4, 5],
  Array.from({ length: 20 }, (_, pixel) => 1.5 * Math.sin(1.7 * pixel)),
);
const silence = (dims: readonly number[]): Tensor => tensor(dims);

async function errorAfter(
  steps: number,
  sampler: Sampler,
  spacing: (steps: number) => ReturnType<typeof processOfSigmas>,
): Promise<number> {
  const diffusion = spacing(steps);
  const run = await collect(sampler, {
    diffusion,
    denoise: optimalDenoiser(diffusion, unequalPixels),
    noise: silence,
    x,
  });
  const exact = exactFlow(
    x,
    diffusion.alphasCumprod[steps] as number,
    diffusion.alphasCumprod[0] as number,
    unequalPixels,
  );
  return largestError((run.at(-2)?.x ?? x).data, exact);
}

const geometric = (steps: number) =>
  processOfSigmas(Array.from({ length: steps + 1 }, (_, i) => 0.02 * 1000 ** (i / steps)));
const karras = (steps: number) => karrasProcess(steps, 0.02, 20);

// [sampler, order, largest error after 128 Karras steps on pixels whose range is about 2]
const deterministic: readonly (readonly [
  name: string,
  sampler: Sampler,
  order: number,
  error: number,
])[] = [
  ["ddim", ddim(), 1, 0.02],
  ["euler", euler(), 1, 0.02],
  ["euler-ancestral with eta 0", eulerAncestral({ eta: 0 }), 1, 0.02],
  ["heun", heun(), 2, 5e-4],
  ["plms", plms(), 2, 2e-4],
  ["dpmpp-2m", dpmSolverPlusPlus2M(), 2, 5e-4],
  ["dpmpp-2m-sde with eta 0", dpmSolverPlusPlus2MSde({ eta: 0 }), 2, 5e-4],
  ["unipc", unipc(), 3, 4e-5],
];

describe("on the exact probability flow", () => {
  it.each(deterministic)(
    "%s converges with its paper's order",
    async (_, sampler, order, error) => {
      for (const spacing of [karras, geometric]) {
        const coarse = await errorAfter(64, sampler, spacing);
        const fine = await errorAfter(128, sampler, spacing);
        expect(Math.abs(Math.log2(coarse / fine) - order)).toBeLessThan(0.1);
        expect(fine).toBeLessThan(error);
      }
    },
  );

  it.each(deterministic)(
    "%s reaches the exact image at the end of the flow",
    async (_, sampler, order) => {
      const diffusion = karrasProcess(200, 0.002, 80);
      const image = await finalImage(sampler, {
        diffusion,
        denoise: optimalDenoiser(diffusion, unequalPixels),
        noise: silence,
        x,
      });
      const exact = exactFlow(x, diffusion.alphasCumprod[200] as number, 1, unequalPixels);
      expect(largestError(image.data, exact)).toBeLessThan(order === 1 ? 0.015 : 4e-4);
    },
  );

  it.each(deterministic)(
    "%s starts in the middle of the diffusion as well as at its end",
    async (_, sampler, order) => {
      const diffusion = karrasProcess(200, 0.002, 80);
      const image = await finalImage(sampler, {
        diffusion,
        denoise: optimalDenoiser(diffusion, unequalPixels),
        noise: silence,
        x,
        from: 100,
      });
      const exact = exactFlow(x, diffusion.alphasCumprod[100] as number, 1, unequalPixels);
      expect(largestError(image.data, exact)).toBeLessThan(order === 1 ? 0.015 : 4e-4);
    },
  );
});
