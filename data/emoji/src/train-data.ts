import { InvalidArgumentError } from "@glissade/core";
import type { DataModuleOptions } from "@glissade/train";
import { type EmojiData, type EmojiDataOptions, openEmojiData } from "./emoji-data.ts";
import type { PackSide } from "./render-picture.ts";
import { sourceNames } from "./sources.ts";
import { openThingData, type ThingData, type ThingDataOptions } from "./thing-data.ts";
import type { ThingSplit } from "./thing-splits.ts";

const thingNames = [
  "folder",
  "things",
  "colors",
  "scenes",
  "backgrounds",
  "shift",
  "mirror",
  "weights",
  "sources",
  "split",
];
const names = [
  "folder",
  "scenes",
  "weights",
  "sources",
  "labels",
  "sourceWeights",
  "common",
  "backgrounds",
  "mirror",
];

/**
 * The emoji data for `glissade train --data
 * module:data/emoji/src/train-data.ts?scenes=0.15&weights=object:1,face:0.7`. The parameters are
 * `EmojiDataOptions`; lists have commas, and the folder is `$GLISSADE_DATA` or the repository's own
 * where it is not given. With `things=true` it is the data of things, and the parameters are
 * `ThingDataOptions`: `?things=true&colors=0.12&backgrounds=0.04&shift=0.06`.
 */
export default function trainData(options: DataModuleOptions): Promise<EmojiData | ThingData> {
  return options.parameters.things === "true" ? thingTrainData(options) : emojiTrainData(options);
}

function thingTrainData({ side, seed, parameters, signal }: DataModuleOptions): Promise<ThingData> {
  const { folder, mirror, weights, sources, split } = parameters;
  assertNames(parameters, thingNames);
  const shares = ["colors", "scenes", "backgrounds", "shift"].flatMap((name) => {
    const text = parameters[name];
    return text === undefined ? [] : [[name, number(name, text)] as const];
  });
  const options: ThingDataOptions = {
    side: side as PackSide, // openThingData checks it, and the split
    seed,
    ...Object.fromEntries(shares),
    ...(folder !== undefined && { folder }),
    ...(mirror !== undefined && { mirror: mirror !== "false" }),
    ...(weights !== undefined && { weights: weightsIn(weights) }),
    ...(split !== undefined && { split: split as ThingSplit }),
    ...(sources !== undefined && {
      sources: sourceNames.filter((name) => sources.split(",").includes(name)),
    }),
    ...(signal && { signal }),
  };
  return openThingData(options);
}

function assertNames(parameters: Readonly<Record<string, string>>, known: readonly string[]): void {
  for (const name of Object.keys(parameters)) {
    if (!known.includes(name))
      throw new InvalidArgumentError({
        argument: "data",
        received: name,
        expected: `only ${known.join(", ")}`,
      });
  }
}

function emojiTrainData({ side, seed, parameters, signal }: DataModuleOptions): Promise<EmojiData> {
  assertNames(parameters, names);
  const { folder, scenes, weights, sources, labels, sourceWeights, common, backgrounds, mirror } =
    parameters;
  const options: EmojiDataOptions = {
    side: side as PackSide, // openEmojiData checks it
    seed,
    ...(folder !== undefined && { folder }),
    ...(scenes !== undefined && { scenes: number("scenes", scenes) }),
    ...(backgrounds !== undefined && { backgrounds: number("backgrounds", backgrounds) }),
    ...(mirror !== undefined && { mirror: mirror !== "false" }),
    ...(weights !== undefined && { weights: weightsIn(weights) }),
    ...(labels !== undefined && { labels: labels.split(",").map((label) => label.trim()) }),
    ...(sourceWeights !== undefined && { sourceWeights: weightsIn(sourceWeights) }),
    ...(common !== undefined && { common: number("common", common) }),
    ...(sources !== undefined && {
      sources: sourceNames.filter((name) => sources.split(",").includes(name)),
    }),
    ...(signal && { signal }),
  };
  return openEmojiData(options);
}

/** `object:1,face:0.7`; the kinds are checked by openEmojiData. */
function weightsIn(list: string): Record<string, number> {
  return Object.fromEntries(
    list.split(",").map((entry) => {
      const [kind = "", weight = ""] = entry.split(":");
      return [kind.trim(), number(`weights.${kind}`, weight)];
    }),
  );
}

function number(argument: string, text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new InvalidArgumentError({ argument, received: text, expected: "a number" });
}
