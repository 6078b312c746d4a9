import { InvalidArgumentError, UnknownNameError } from "@glissade/core";
import {
  parseAdmClassifierConfig,
  parseClipConfig,
  parseTextToImageConfig,
} from "@glissade/core/networks";
import { describe, expect, it } from "vitest";
import { changeRecipe } from "../recipes/change-recipe.ts";
import { partSizeFor } from "../recipes/part-size.ts";
import { presetNames } from "../recipes/recipe.ts";
import { recipeRate } from "../recipes/recipe-rate.ts";
import { recipeFor, stages } from "./stages.ts";

const parseConfig = {
  base: parseTextToImageConfig,
  base_inpaint: parseTextToImageConfig,
  upsampler: parseTextToImageConfig,
  clip: parseClipConfig,
  classifier: parseAdmClassifierConfig,
};
const expectedConfig = {
  base: { superResolution: false, inpainting: false },
  base_inpaint: { superResolution: false, inpainting: true },
  upsampler: { superResolution: true, inpainting: false },
  clip: {},
  classifier: {},
};

describe("the recipes", () => {
  it.each(
    stages.flatMap((stage) => presetNames.map((preset) => [stage.name, preset, stage] as const)),
  )(
    "%s, %s: a network that exists, and values in range",
    (name, preset, { startsFrom, component }) => {
      const recipe = recipeFor(name, preset);
      expect(changeRecipe(recipe, JSON.parse(JSON.stringify(recipe)))).toEqual(recipe);
      expect(recipe.batchSize % recipe.partSize).toBe(0);
      if (startsFrom?.isRequired) expect(recipe.network).toEqual({});
      else expect(parseConfig[component](recipe.network)).toMatchObject(expectedConfig[component]);
    },
  );

  it("drop a fifth of the captions for guidance, as GLIDE does", () => {
    expect(presetNames.map((preset) => recipeFor("finetune-cfg", preset).emptyShare)).toEqual([
      0.2, 0.2,
    ]);
  });

  it("name their stage first, as run.json of earlier runs does", () => {
    expect(Object.keys(recipeFor("clip"))[0]).toBe("stage");
  });

  it("have names of their own", () => {
    expect(new Set(stages.map(({ name }) => name)).size).toBe(stages.length);
  });

  it("are found by name", () => {
    expect(() => recipeFor("upsample")).toThrow(UnknownNameError);
    expect(() => recipeFor("base", "glid")).toThrow('Did you mean "glide"');
  });
});

describe("changeRecipe", () => {
  const recipe = recipeFor("base");
  it("merges groups field by field and replaces the rest", () => {
    const changed = changeRecipe(recipe, {
      network: { num_channels: 64 },
      objective: { minSnrGamma: 5 },
      averages: [0.5],
      steps: 7,
    });
    expect(changed).toMatchObject({
      network: { image_size: 32, num_channels: 64 },
      objective: { meanType: "velocity", minSnrGamma: 5 },
      averages: [0.5],
      steps: 7,
    });
  });

  it.each([
    ["field of a recipe", { step: 3 }],
    ["field of a recipe's objective", { objective: { vlbWieght: 0.1 } }],
    ["timestep sampler", { timesteps: { sampler: "noisy" } }],
    ["prediction of a network", { objective: { meanType: "noise" } }],
  ])("refuses an unknown %s", (kind, changes) => {
    expect(() => changeRecipe(recipe, changes)).toThrow(kind);
  });

  it.each([
    ["steps", { steps: 0 }],
    ["steps", { steps: "10" }],
    ["learningRate", { learningRate: Number.NaN }],
    ["coolDown", { coolDown: 1.5 }],
    ["averages", { averages: [1] }],
    ["averages", { averages: [0.9, 0.9] }],
    ["stage", { stage: "upsampler" }],
    ["network", { network: [1] }],
    ["lowRes.side", { lowRes: { blur: 1 } }],
    ["shift", { timesteps: { sampler: "shifted", shift: "6" } }],
    ["recipe", null],
  ])("refuses %s out of range", (field, changes) => {
    expect(() => changeRecipe(recipe, changes)).toThrow(InvalidArgumentError);
    expect(() => changeRecipe(recipe, changes)).toThrow(field);
  });
});

it("rises, stays and falls to nothing at the run's end", () => {
  const rate = recipeRate({ learningRate: 2, warmUp: 4, coolDown: 0.25, steps: 40 });
  expect([0, 3, 4, 30, 35, 39, 40].map(rate)).toEqual([0.5, 2, 2, 2, 1, 0.2, 0]);
  expect(recipeRate({ learningRate: 2, warmUp: 0, coolDown: 0, steps: 40 })(39)).toBe(2);
});

it("cuts a batch into parts that all workers have one of", () => {
  expect(partSizeFor({ batchSize: 32, workers: 2, most: 16 })).toBe(16);
  expect(partSizeFor({ batchSize: 32, workers: 2, most: 8 })).toBe(8);
  expect(partSizeFor({ batchSize: 32, workers: 3, most: 16 })).toBe(8);
  expect(partSizeFor({ batchSize: 7, workers: 2, most: 16 })).toBe(1);
  expect(partSizeFor({ batchSize: 1, workers: 8, most: 16 })).toBe(1);
});
