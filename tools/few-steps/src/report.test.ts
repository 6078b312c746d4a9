import { expect, it } from "vitest";
import { baseTable, cascadeTable } from "./report.ts";
import type { Results } from "./results.ts";

const setting = { sampler: "ddim", steps: 10 } as const;
const results: Results = {
  model: "a model",
  guidance: 3,
  images: 4,
  cascadeImages: 2,
  training: undefined,
  base: [
    { setting, evaluations: 10, seed: 1, distances: { yardstick: 0.1 } },
    {
      setting: { sampler: "heun", steps: 5 },
      evaluations: 9,
      seed: 1,
      distances: { yardstick: 0.25, training: 0.5 },
    },
    { setting, evaluations: 10, seed: 2, distances: { yardstick: 0.3 } },
  ],
  cascade: [
    {
      base: setting,
      baseEvaluations: 10,
      upsampler: setting,
      upsamplerEvaluations: 10,
      seed: 1,
      shrunk: { yardstick: 1 },
      crops: { yardstick: 2 },
    },
  ],
};

it("has a row a setting, with the mean of its seeds and each of them", () => {
  expect(baseTable(results).split("\n").slice(2)).toEqual([
    "| ddim 10 | 10 | 0.2000 (0.1000, 0.3000) |  |",
    "| heun 5 | 9 | 0.2500 | 0.5000 |",
  ]);
});

it("says what a cascade would cost at full size: 3.1 s and 10 s a pass", () => {
  expect(cascadeTable(results)).toContain("| 10 + 10 | 131 s | 1.0000 |  | 2.0000 |  |");
});
