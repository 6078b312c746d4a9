import { InvalidArgumentError, UnknownNameError } from "@glissade/core";
import { chooseTimesteps, type TimestepChoice } from "../objectives/index.ts";
import type { Recipe } from "./recipe.ts";

/** Changes of a recipe: groups such as `network` and `diffusion` are merged field by field. */
export type RecipeChanges = {
  readonly [Field in keyof Recipe]?: Required<Recipe>[Field] extends
    | readonly unknown[]
    | string
    | number
    ? Recipe[Field]
    : Partial<Required<Recipe>[Field]>;
};

/**
 * The fields that are objects, with the names in each; a network's own are checked where it is
 * built.
 */
const groups: Readonly<Record<string, readonly string[] | undefined>> = {
  network: undefined,
  diffusion: ["steps", "schedule"],
  objective: ["meanType", "minSnrGamma", "vlbWeight"],
  timesteps: ["sampler", "shift"],
  lowRes: ["side", "blur", "noise"],
} satisfies { readonly [Field in keyof Recipe]?: readonly string[] | undefined };
const valueNames = [
  "stage",
  "steps",
  "batchSize",
  "partSize",
  "learningRate",
  "warmUp",
  "coolDown",
  "weightDecay",
  "maxGradientNorm",
  "averages",
  "noiseCandidates",
  "emptyShare",
] as const satisfies readonly (keyof Recipe)[];
const fieldNames: readonly string[] = [...Object.keys(groups), ...valueNames];

/**
 * A recipe with some fields changed.
 *
 * @param changes as they may come from a JSON file: everything is checked
 * @throws UnknownNameError for a field that a recipe does not have. @throws InvalidArgumentError
 * where a value is out of range.
 * @example `changeRecipe(recipeFor("base"), { steps: 5000, network: { num_channels: 64 } })`
 */
export function changeRecipe(recipe: Recipe, changes: unknown): Recipe {
  if (!isObject(changes))
    throw new InvalidArgumentError({
      argument: "recipe",
      received: changes,
      expected: "an object with some of a recipe's fields",
    });
  const merged: Record<string, unknown> = { ...recipe };
  for (const [field, value] of Object.entries(changes)) {
    if (!fieldNames.includes(field))
      throw new UnknownNameError({ kind: "field of a recipe", asked: field, known: fieldNames });
    if (value !== undefined)
      merged[field] =
        field in groups ? { ...group(merged[field]), ...changedGroup(field, value) } : value;
  }
  if (merged.stage !== recipe.stage)
    throw new InvalidArgumentError({
      argument: "recipe.stage",
      received: merged.stage,
      expected: `${JSON.stringify(recipe.stage)}, the stage that is run`,
    });
  assertRecipe(merged);
  return merged;
}

type Check = readonly [accepts: (value: number) => boolean, expected: string];
const count: Check = [
  (value) => Number.isSafeInteger(value) && value >= 1,
  "a whole number from 1",
];
const notNegative: Check = [(value) => value >= 0 && value < Infinity, "a number from 0"];
const positive: Check = [(value) => value > 0 && value < Infinity, "a number above 0"];
const share: Check = [(value) => value >= 0 && value <= 1, "a share from 0 to 1"];
const numbers: Readonly<Record<string, Check>> = {
  steps: count,
  batchSize: count,
  partSize: count,
  learningRate: positive,
  warmUp: [(value) => Number.isSafeInteger(value) && value >= 0, "a whole number from 0"],
  coolDown: share,
  weightDecay: notNegative,
  maxGradientNorm: positive,
  noiseCandidates: count,
  emptyShare: share,
};
/** Those that a recipe may leave out. */
const optionalNumbers: ReadonlySet<string> = new Set(["noiseCandidates"]);
const meanTypes: readonly unknown[] = ["epsilon", "velocity", "start-x"];

/** The names of schedules and the network's own arguments are checked by whoever builds them. */
function assertRecipe(
  recipe: Readonly<Record<string, unknown>>,
): asserts recipe is Record<string, unknown> & Recipe {
  for (const [field, [accepts, expected]] of Object.entries(numbers)) {
    const value = recipe[field];
    if (value === undefined && optionalNumbers.has(field)) continue;
    if (!(typeof value === "number" && accepts(value)))
      throw new InvalidArgumentError({ argument: `recipe.${field}`, received: value, expected });
  }
  const { averages } = recipe;
  if (
    !(
      Array.isArray(averages) &&
      averages.every((decay) => typeof decay === "number" && decay >= 0 && decay < 1)
    )
  )
    throw new InvalidArgumentError({
      argument: "recipe.averages",
      received: averages,
      expected: "a list of decays from 0 to less than 1",
    });
  if (new Set(averages).size !== averages.length)
    throw new InvalidArgumentError({
      argument: "recipe.averages",
      received: averages,
      expected: "every decay once",
    });
  const { meanType } =
    recipe.objective === undefined ? { meanType: "epsilon" } : group(recipe.objective);
  if (!meanTypes.includes(meanType))
    throw new UnknownNameError({
      kind: "prediction of a network",
      asked: meanType,
      known: meanTypes.map(String),
    });
  // Unchecked so far: that is what the call is for.
  if (recipe.timesteps !== undefined)
    chooseTimesteps(1, group(recipe.timesteps) as unknown as TimestepChoice);
  const lowSide = recipe.lowRes === undefined ? 1 : group(recipe.lowRes).side;
  if (!(typeof lowSide === "number" && count[0](lowSide)))
    throw new InvalidArgumentError({
      argument: "recipe.lowRes.side",
      received: lowSide,
      expected: count[1],
    });
}

/**
 * A group's changes. @throws InvalidArgumentError where they are no object; UnknownNameError for a
 * name that the group does not have.
 */
function changedGroup(field: string, value: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(value))
    throw new InvalidArgumentError({
      argument: `recipe.${field}`,
      received: value,
      expected: "an object",
    });
  const known = groups[field];
  const unknown = Object.keys(value).find((name) => known && !known.includes(name));
  if (known && unknown !== undefined)
    throw new UnknownNameError({ kind: `field of a recipe's ${field}`, asked: unknown, known });
  return value;
}

function group(value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined || isObject(value)) return value ?? {};
  throw new InvalidArgumentError({
    argument: "recipe.a group",
    received: value,
    expected: "an object",
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
