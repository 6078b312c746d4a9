import type { Tensor } from "@glissade/core";
import { betaSchedule, gaussianDiffusion, qSample, respace } from "@glissade/core/diffusion";
import { torchGenerator } from "@glissade/core/random";
import { tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { variationalBound, variationalBoundSteps } from "./variational-bound.ts";

const process = respace(gaussianDiffusion(betaSchedule("linear", 1000)), [0, 250, 500, 999]);
const dims = [2, 1, 4, 4];
const x0 = tensor(
  dims,
  Float32Array.from({ length: 32 }, (_, i) => ((i * 37) % 256) / 127.5 - 1),
);

/**
 * The one network that knows the answer: the noise that is really in x_t, and the posterior's
 * variance.
 */
function oracle(xt: Tensor, [timestep]: readonly number[]): Tensor {
  const t = process.timestepMap.indexOf(timestep ?? -1);
  const abar = process.alphasCumprod[t] ?? 0;
  const data = new Float32Array(2 * xt.data.length);
  xt.data.forEach((value, i) => {
    const [row, pixel] = [Math.floor(i / 16), i % 16];
    data[32 * row + pixel] = (value - Math.sqrt(abar) * (x0.data[i] ?? 0)) / Math.sqrt(1 - abar);
    data[32 * row + 16 + pixel] = -1;
  });
  return tensor([2, 2, 4, 4], data);
}

describe("variationalBound", () => {
  it("is the prior's and the decoder's bits alone for a network that knows the noise", async () => {
    const generator = torchGenerator(3);
    const { total, prior, steps } = await variationalBound(process, oracle, x0, {
      noise: (shape) => generator.randn(shape),
    });
    expect(steps.map(({ t }) => t)).toEqual([3, 2, 1, 0]);
    for (const { vb } of steps.slice(0, 3))
      for (const bits of vb) expect(Math.abs(bits)).toBeLessThan(1e-4);
    for (const { x0Error, epsilonError } of steps.slice(1)) {
      for (const error of x0Error) expect(error).toBeLessThan(1e-8);
      for (const error of epsilonError) expect(error).toBeLessThan(1e-4);
    }
    total.forEach((bits, row) => {
      expect(bits).toBeCloseTo((prior[row] ?? 0) + (steps[3]?.vb[row] ?? 0), 3);
    });
  });

  it("has the closed form of what is left of the image in the last step", async () => {
    const { prior } = await variationalBound(process, oracle, x0, {
      noise: (shape) => torchGenerator(3).randn(shape),
    });
    const abar = process.alphasCumprod.at(-1) ?? 0;
    prior.forEach((bits, row) => {
      const nats = [...x0.data.subarray(16 * row, 16 * row + 16)].map(
        (x) => (abar * x * x + (1 - abar) - 1 - Math.log(1 - abar)) / 2,
      );
      expect(bits).toBeCloseTo(nats.reduce((sum, value) => sum + value, 0) / 16 / Math.LN2, 7);
    });
  });

  it("gives the network the noised image, and stops when asked", async () => {
    const noise = torchGenerator(9).randn(dims);
    const controller = new AbortController();
    const seen: Tensor[] = [];
    const network = (xt: Tensor, timesteps: readonly number[]) => {
      seen.push(xt);
      return oracle(xt, timesteps);
    };
    const run = async () => {
      for await (const step of variationalBoundSteps(process, network, x0, {
        noise: () => noise,
        signal: controller.signal,
      }))
        if (step.t === 2) controller.abort();
    };
    await expect(run()).rejects.toThrow(/abort/i);
    expect(seen.map(({ data }) => [...data])).toEqual(
      [3, 2].map((t) => [...qSample(process, x0, t, noise).data]),
    );
  });
});
