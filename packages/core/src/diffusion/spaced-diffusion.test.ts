import { UnknownNameError } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { betaSchedule } from "./beta-schedule.ts";
import { gaussianDiffusion } from "./gaussian-diffusion.ts";
import { type Spacing, spacedDiffusion } from "./spaced-diffusion.ts";

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
