import { InvalidArgumentError, type Tensor, tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import type { Denoise } from "../diffusion/denoise.ts";
import { betaSchedule, gaussianDiffusion, predict } from "../diffusion/index.ts";
import { spacedDiffusion } from "../diffusion/spacing.ts";
import { torchGenerator } from "../random/torch-generator.ts";
import { repaint, repaintSteps } from "./repaint.ts";

const diffusion = spacedDiffusion(
  gaussianDiffusion(betaSchedule("linear", 1000)),
  100,
  "respacing",
);
const correlation = 0.9;
const pairs = 2000;
const [knownValue, unused] = [1.5, 0];

/**
 * The exact denoiser of pairs of pixels, each of variance 1, that are correlated: their sum and
 * their difference are independent.
 */
const denoise: Denoise = async (x, index) => {
  const abar = diffusion.alphasCumprod[index] as number;
  const shrink = (variance: number) => (Math.sqrt(abar) * variance) / (abar * variance + 1 - abar);
  const [sum, difference] = [shrink(1 + correlation), shrink(1 - correlation)];
  const x0 = x.data.map((value, i) => {
    const other = x.data[i ^ 1] as number;
    return (sum * (value + other) + difference * (value - other)) / 2;
  });
  return predict(diffusion, { ...x, data: x0 }, x, index, {
    meanType: "start-x",
    varianceType: "fixed-small",
    clipDenoised: false,
  });
};

async function filledIn(resamplings: number): Promise<Tensor> {
  const known = tensor(
    [pairs, 1, 1, 2],
    Float32Array.from({ length: 2 * pairs }, (_, i) => (i % 2 === 0 ? knownValue : unused)),
  );
  const mask = tensor(
    [pairs, 1, 1, 2],
    Float32Array.from({ length: 2 * pairs }, (_, i) => (i % 2 === 0 ? 1 : 0)),
  );
  const { randn } = torchGenerator(3);
  let last = known;
  for await (const { x } of repaint({ known, mask, jumpLength: 5, resamplings })({
    diffusion,
    denoise,
    noise: randn,
    x: randn(known.dims),
  }))
    last = x;
  return last;
}

describe("repaint", () => {
  const resampled = filledIn(8);

  it("gives the known pixel back, and the other one its conditional mean and deviation", async () => {
    const { data } = await resampled;
    const made = Array.from({ length: pairs }, (_, i) => data[2 * i + 1] as number);
    expect(data.filter((_, i) => i % 2 === 0).every((value) => value === knownValue)).toBe(true);
    const mean = made.reduce((sum, value) => sum + value, 0) / pairs;
    const deviation = Math.sqrt(made.reduce((sum, value) => sum + (value - mean) ** 2, 0) / pairs);
    expect(Math.abs(mean - correlation * knownValue)).toBeLessThan(0.05);
    expect(Math.abs(deviation - Math.sqrt(1 - correlation ** 2))).toBeLessThan(0.05);
  });

  it("needs the jumps for it: without them the pixels agree less", async () => {
    const error = ({ data }: Tensor) =>
      Math.abs(
        data.reduce((sum, value, i) => sum + (i % 2 === 1 ? value : 0), 0) / pairs -
          correlation * knownValue,
      );
    expect(error(await filledIn(1))).toBeGreaterThan(2 * error(await resampled));
  });

  it("walks stretches several times, the last step being the image", () => {
    expect(repaintSteps(4, { jumpLength: 3, resamplings: 2 })).toEqual([
      { index: 4 },
      { index: 3 },
      { index: 2, jumpsTo: 4 },
      { index: 4 },
      { index: 3 },
      { index: 2 },
      { index: 1 },
      { index: 0, jumpsTo: 1 },
      { index: 1 },
      { index: 0 },
    ]);
    expect(repaintSteps(3, { jumpLength: 10, resamplings: 1 }).map(({ index }) => index)).toEqual([
      3, 2, 1, 0,
    ]);
  });

  it("refuses jumps that are none", () => {
    const known = tensor([1, 1, 1, 2]);
    expect(() => repaint({ known, mask: known, jumpLength: 0 })).toThrow(InvalidArgumentError);
    expect(() => repaint({ known, mask: known, resamplings: 1.5 })).toThrow(InvalidArgumentError);
  });
});
