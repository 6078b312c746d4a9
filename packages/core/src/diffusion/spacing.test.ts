import { InvalidArgumentError, UnknownNameError } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { betaSchedule } from "./beta-schedule.ts";
import { gaussianDiffusion, respace } from "./gaussian-diffusion.ts";
import {
  karrasTimesteps,
  linearTimesteps,
  type Spacing,
  spacedDiffusion,
  spaceTimesteps,
  trailingTimesteps,
} from "./spacing.ts";

describe("spaceTimesteps", () => {
  it("spaces GLIDE's upsampler as its code does", () => {
    const expected = [
      0, 22, 44, 66, 88, 111, 133, 155, 177, 199, 200, 222, 244, 266, 288, 311, 333, 355, 377, 399,
      400, 500, 599, 600, 799, 800, 997,
    ];
    expect(spaceTimesteps(1000, "fast27")).toEqual(expected);
  });

  it("rounds positions halfway between two steps to the even one", () => {
    expect(spaceTimesteps(1000, "3")).toEqual([0, 500, 999]); // 499.5
    // 166.5, 499.5, 832.5
    expect(spaceTimesteps(1000, "7")).toEqual([0, 166, 333, 500, 666, 832, 999]);
  });

  it("strides through the diffusion for DDIM", () => {
    expect(spaceTimesteps(1000, "ddim10")).toEqual([
      0, 100, 200, 300, 400, 500, 600, 700, 800, 900,
    ]);
  });

  it("takes counts for equal sections as text or as numbers", () => {
    expect(spaceTimesteps(1000, "1,1,1,1")).toEqual([0, 250, 500, 750]);
    expect(spaceTimesteps(300, "10,15,20")).toEqual(spaceTimesteps(300, [10, 15, 20]));
    expect(spaceTimesteps(10, [2, 0, 1])).toEqual([0, 3, 7]); // sections of 4, 3 and 3 steps
  });

  it.each([
    [1000, "ddim37"],
    [1000, "ddim1"],
    [1000, "ddim1001"],
    [1000, "1001"],
    [300, "101,100,100"],
    [1000, "333,333,334"],
    [1000, ""],
    [1000, "10,"],
    [1000, "fast28"],
    [1000, "-5"],
    [1000, []],
    [1000, [0]],
    [1000, [2.5]],
    [0, "1"],
  ])("refuses %j steps spaced as %j", (numTimesteps, sectionCounts) => {
    expect(() => spaceTimesteps(numTimesteps, sectionCounts)).toThrow(InvalidArgumentError);
  });
});

describe("linearTimesteps", () => {
  it("includes both ends, like numpy.linspace(0, 999, 5).round()", () => {
    expect(linearTimesteps(1000, 5)).toEqual([0, 250, 500, 749, 999]);
  });

  it("keeps the noisiest step alone, and every step", () => {
    expect(linearTimesteps(1000, 1)).toEqual([999]);
    expect(linearTimesteps(4, 4)).toEqual([0, 1, 2, 3]);
  });

  it("refuses more steps than there are", () => {
    expect(() => linearTimesteps(10, 11)).toThrow(InvalidArgumentError);
  });
});

describe("trailingTimesteps", () => {
  it("counts back from the noisiest step, like (1000 - numpy.arange(0, 1000, 1000 / n)).round() - 1", () => {
    expect(trailingTimesteps(1000, 5)).toEqual([199, 399, 599, 799, 999]);
    expect(trailingTimesteps(1000, 3)).toEqual([332, 666, 999]);
    expect(trailingTimesteps(10, 4)).toEqual([1, 4, 7, 9]); // 2.5 and 7.5 go to 2 and 8
    expect(trailingTimesteps(1000, 1)).toEqual([999]);
  });
});

describe("karrasTimesteps", () => {
  const diffusion = gaussianDiffusion(betaSchedule("squaredcos_cap_v2", 1000));

  it("makes a diffusion with the noise levels of equation 5", () => {
    const [sigmaMin, sigmaMax, rho, steps] = [0.02, 50, 5, 8];
    const spaced = respace(
      diffusion,
      karrasTimesteps(diffusion.alphasCumprod, steps, { sigmaMin, sigmaMax, rho }),
    );
    for (let i = 0; i < steps; i++) {
      // the paper counts from the noisiest level
      const level =
        (sigmaMax ** (1 / rho) +
          ((steps - 1 - i) / (steps - 1)) * (sigmaMin ** (1 / rho) - sigmaMax ** (1 / rho))) **
        rho;
      expect((spaced.sqrtRecipm1AlphasCumprod[i] as number) / level).toBeCloseTo(1, 9);
    }
  });

  it("starts at the diffusion's first step and ends at sigma = 80 of a cosine schedule", () => {
    const timesteps = karrasTimesteps(diffusion.alphasCumprod, 20);
    expect(timesteps[0]).toBe(0);
    const spaced = respace(diffusion, timesteps);
    expect(spaced.sqrtRecipm1AlphasCumprod[19]).toBeCloseTo(80, 6);
    expect(spaced.timestepMap).toEqual(timesteps);
  });

  it("ends at the last step of a diffusion whose noise stays below 80, and gives that step alone for one", () => {
    const { alphasCumprod } = gaussianDiffusion(
      betaSchedule("linear", 1000).map((beta) => beta / 2),
    );
    expect(karrasTimesteps(alphasCumprod, 5)[4]).toBe(999);
    expect(karrasTimesteps(alphasCumprod, 1)).toEqual([999]);
  });

  it.each([
    { rho: 0 },
    { sigmaMin: 1e-5 },
    { sigmaMax: 1e6 },
    { sigmaMin: 5, sigmaMax: 5 },
    { rho: Number.NaN },
  ])("refuses %j", (options) => {
    expect(() => karrasTimesteps(diffusion.alphasCumprod, 10, options)).toThrow(
      InvalidArgumentError,
    );
  });
});

const training = gaussianDiffusion(betaSchedule("squaredcos_cap_v2", 1000));

describe("spacedDiffusion", () => {
  it.each([
    ["respacing", 4, [0, 333, 666, 999]],
    ["respacing", "ddim4", [0, 250, 500, 750]],
    ["respacing", "2,1", [0, 499, 500]],
    ["linear", 4, [0, 333, 666, 999]],
    ["trailing", 4, [249, 499, 749, 999]],
  ] as const)("%s spacing with %j steps visits %j", (spacing, steps, visited) => {
    expect(spacedDiffusion(training, steps, spacing).timestepMap).toEqual(visited);
  });

  it("karras spacing is even in sigma^(1/7) from the lowest noise to 80", () => {
    const roots = spacedDiffusion(training, 10, "karras").sqrtRecipm1AlphasCumprod.map(
      (sigma) => sigma ** (1 / 7),
    );
    const step = (80 ** (1 / 7) - (roots[0] as number)) / 9;
    expect(roots[0]).toBeCloseTo((training.sqrtRecipm1AlphasCumprod[0] as number) ** (1 / 7), 10);
    for (const [i, root] of roots.entries())
      expect(root).toBeCloseTo((roots[0] as number) + i * step, 8);
  });

  it("says what was wrong with a spacing it does not know, or steps that do not go with it", () => {
    expect(() => spacedDiffusion(training, 10, "karas" as Spacing)).toThrow(UnknownNameError);
    expect(() => spacedDiffusion(training, "fast27", "karras")).toThrow(
      'steps is "fast27"; expected a number of steps with karras spacing',
    );
    expect(() => spacedDiffusion(training, 2.5, "trailing")).toThrow("positive integer");
    expect(() => spacedDiffusion(training, 0, "respacing")).toThrow("whole numbers of steps");
  });
});
