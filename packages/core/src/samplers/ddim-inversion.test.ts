import { type Tensor, tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import {
  collect,
  exactFlow,
  finalImage,
  karrasProcess,
  largestError,
  optimalDenoiser,
  unequalPixels,
} from "./__fixtures__/gaussian-data.ts";
import { ddim } from "./ddim.ts";
import { ddimInversion } from "./ddim-inversion.ts";

const silence = (dims: readonly number[]): Tensor => tensor(dims);
const image = tensor(
  [1, 1, 4, 5],
  Array.from({ length: 20 }, (_, pixel) => Math.sin(2.3 * pixel)),
);

async function thereAndBack(steps: number): Promise<number> {
  const diffusion = karrasProcess(steps, 0.002, 80);
  const input = { diffusion, denoise: optimalDenoiser(diffusion, unequalPixels), noise: silence };
  const latent = await finalImage(ddimInversion(), { ...input, x: image });
  const again = await finalImage(ddim(), { ...input, x: latent });
  return largestError(again.data, image.data);
}

describe("ddimInversion", () => {
  it("finds the noise from which DDIM makes the image again, the better the more steps it has", async () => {
    const coarse = await thereAndBack(200);
    const fine = await thereAndBack(400);
    expect(fine).toBeLessThan(0.02);
    expect(coarse / fine).toBeGreaterThan(1.8);
  });

  it("follows the exact probability flow up to the step asked for", async () => {
    const diffusion = karrasProcess(400, 0.002, 80);
    const run = await collect(ddimInversion(), {
      diffusion,
      denoise: optimalDenoiser(diffusion, unequalPixels),
      noise: silence,
      x: image,
      from: 250,
    });
    expect(run).toHaveLength(250);
    expect(run.map(({ index }) => index)).toEqual(Array.from({ length: 250 }, (_, i) => i));
    const exact = exactFlow(
      image,
      diffusion.alphasCumprod[0] as number,
      diffusion.alphasCumprod[250] as number,
      unequalPixels,
    );
    expect(largestError((run.at(-1)?.x ?? image).data, exact)).toBeLessThan(0.04);
  });

  it("stops between steps", async () => {
    const diffusion = karrasProcess(5, 0.002, 80);
    const stop = new AbortController();
    const run = ddimInversion()({
      diffusion,
      denoise: optimalDenoiser(diffusion, unequalPixels),
      noise: silence,
      x: image,
      signal: stop.signal,
    });
    await run.next();
    stop.abort(new Error("enough"));
    await expect(run.next()).rejects.toThrow("enough");
  });
});
