import { type Tensor, tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { respace } from "../diffusion/gaussian-diffusion.ts";
import { finalImage } from "./__fixtures__/gaussian-data.ts";
import { absoluteSum, linearProcess, ramp, rampDenoiser } from "./__fixtures__/published-loop.ts";
import { ddim } from "./ddim.ts";
import { plms } from "./plms.ts";

const silence = (dims: readonly number[]): Tensor => tensor(dims);
const diffusion = respace(linearProcess(), [0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
const input = { diffusion, denoise: rampDenoiser(diffusion), noise: silence, x: ramp };

describe("plms", () => {
  it("ends where an independent implementation ends", async () => {
    // One written apart from this (float64, the paper's printed transfer formula), which with the
    // paper's Runge-Kutta start in place of the improved Euler step gives the 198.1318 that
    // diffusers publishes for its PNDM scheduler.
    expect(Math.abs(absoluteSum(await finalImage(plms(), input)) - 200.567815)).toBeLessThan(1e-3);
  });

  it("is DDIM where there is only one step", async () => {
    const theirs = absoluteSum(await finalImage(ddim(), { ...input, from: 0 }));
    expect(absoluteSum(await finalImage(plms(), { ...input, from: 0 }))).toBeCloseTo(theirs, 3);
  });
});
