import { InvalidArgumentError } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { betaSchedule } from "./beta-schedule.ts";
import { gaussianDiffusion, rescaleTimesteps, respace } from "./gaussian-diffusion.ts";

const cosine = gaussianDiffusion(betaSchedule("squaredcos_cap_v2", 1000));

describe("gaussianDiffusion", () => {
  it("has the reference's noise levels", () => {
    expect(cosine.alphasCumprod[0]).toBeCloseTo(0.99995872, 8);
    expect(cosine.alphasCumprod[499]).toBeCloseTo(0.49384359, 8);
    expect((cosine.alphasCumprod[999] as number) / 2.42877e-9).toBeCloseTo(1, 5);
    expect(gaussianDiffusion(betaSchedule("linear", 1000)).alphasCumprod[499]).toBeCloseTo(
      0.07858724,
      8,
    );
  });

  it("derives every constant from two betas as one does by hand", () => {
    const diffusion = gaussianDiffusion(Float64Array.of(0.5, 0.2)); // abar = 0.5, 0.4
    const expected = {
      alphasCumprod: [0.5, 0.4],
      alphasCumprodPrev: [1, 0.5],
      alphasCumprodNext: [0.4, 0],
      sqrtAlphasCumprod: [Math.sqrt(0.5), Math.sqrt(0.4)],
      sqrtOneMinusAlphasCumprod: [Math.sqrt(0.5), Math.sqrt(0.6)],
      logOneMinusAlphasCumprod: [Math.log(0.5), Math.log(0.6)],
      sqrtRecipAlphasCumprod: [Math.sqrt(2), Math.sqrt(2.5)],
      sqrtRecipm1AlphasCumprod: [1, Math.sqrt(1.5)],
      posteriorVariance: [0, 1 / 6],
      posteriorLogVarianceClipped: [Math.log(1 / 6), Math.log(1 / 6)],
      posteriorMeanCoef1: [1, Math.sqrt(0.5) / 3],
      posteriorMeanCoef2: [0, (0.5 * Math.sqrt(0.8)) / 0.6],
    } as const;
    for (const [name, values] of Object.entries(expected)) {
      const array = diffusion[name as keyof typeof expected];
      for (const [t, value] of values.entries())
        expect(array[t], `${name}[${t}]`).toBeCloseTo(value, 14);
    }
    expect(diffusion.timestepMap).toEqual([0, 1]);
  });

  it("stays finite for a diffusion of one step and for one that ends in pure noise", () => {
    expect(gaussianDiffusion(Float64Array.of(0.25)).posteriorLogVarianceClipped).toEqual(
      Float64Array.of(Math.log(0.25)),
    );
    const zeroTerminal = gaussianDiffusion(Float64Array.of(0.5, 1));
    expect(zeroTerminal.alphasCumprod[1]).toBe(0);
    expect(zeroTerminal.posteriorVariance[1]).toBe(0.5);
  });

  it.each([[[]], [[0]], [[1.1]], [[Number.NaN]], [[-0.1, 0.2]]])(
    "refuses the betas %j",
    (betas) => {
      expect(() => gaussianDiffusion(Float64Array.from(betas))).toThrow(InvalidArgumentError);
    },
  );

  it.each([[[0]], [[1, 0]], [[0, 0]], [[0, Number.NaN]]])(
    "refuses the timestep map %j for two betas",
    (map) => {
      expect(() => gaussianDiffusion(Float64Array.of(0.1, 0.2), map)).toThrow(InvalidArgumentError);
    },
  );
});

describe("respace", () => {
  it("keeps the noise levels of the steps it keeps", () => {
    const kept = [0, 10, 500, 999];
    const diffusion = respace(cosine, kept);
    expect(diffusion.numTimesteps).toBe(4);
    expect(diffusion.timestepMap).toEqual(kept);
    for (const [i, t] of kept.entries())
      expect(
        (diffusion.alphasCumprod[i] as number) / (cosine.alphasCumprod[t] as number),
      ).toBeCloseTo(1, 7); // 1 - beta has lost digits by step 999
  });

  it("lies between two steps at the geometric mean of their sigmas", () => {
    const [low, high] = [
      cosine.sqrtRecipm1AlphasCumprod[600] as number,
      cosine.sqrtRecipm1AlphasCumprod[601] as number,
    ];
    const diffusion = respace(cosine, [600.5]);
    expect(diffusion.sqrtRecipm1AlphasCumprod[0]).toBeCloseTo(Math.sqrt(low * high), 12);
    expect(diffusion.timestepMap).toEqual([600.5]);
  });

  it("counts in steps of the diffusion that it is given and tells the network the original's", () => {
    const twice = respace(respace(cosine, [100, 200, 300]), [0, 1.5]);
    expect(twice.timestepMap).toEqual([100, 250]);
  });

  it.each([[[]], [[5, 5]], [[5, 4]], [[-1]], [[1000]], [[Number.NaN]]])(
    "refuses the timesteps %j",
    (timesteps) => {
      expect(() => respace(cosine, timesteps)).toThrow(InvalidArgumentError);
    },
  );
});

describe("rescaleTimesteps", () => {
  it("changes only what the network is told: steps of a diffusion of 1000", () => {
    const diffusion = respace(gaussianDiffusion(betaSchedule("linear", 4000)), [0, 2000, 3999]);
    const rescaled = rescaleTimesteps(diffusion, 4000);
    expect(rescaled).toEqual({ ...diffusion, timestepMap: [0, 500, 999.75] });
  });

  it("refuses a diffusion without steps", () => {
    expect(() => rescaleTimesteps(cosine, 0)).toThrow(InvalidArgumentError);
  });
});
