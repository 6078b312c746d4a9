import type { RgbImage } from "@glissade/core";
import {
  type EmojiDataOptions,
  type Example,
  type ExampleSplit,
  openEmojiData,
} from "./emoji-data.ts";
import { withArticle } from "./english.ts";
import { rgbFromPlanes } from "./rgb-from-planes.ts";
import { openThingData, type ThingDataOptions } from "./thing-data.ts";

/** Something to ask a trained model for, and what the data shows for it. */
export interface HeldOutExample {
  readonly caption: string;
  readonly picture: RgbImage;
  readonly style: string;
  /** What is shown; of a scene, its first object. */
  readonly label: string;
}

export interface HeldOutOptions
  extends Pick<EmojiDataOptions, "folder" | "side" | "sources" | "weights" | "signal"> {
  readonly split: Exclude<ExampleSplit, "train">;
  /** Where to begin in the split. @default 0 */
  readonly start?: number;
  /** At most so many. @default all; of the splits of scenes, which have no end, 1024 */
  readonly count?: number;
  /** Of colours and scenes. @default 0 */
  readonly seed?: number;
}

/**
 * Examples that training never sees, in a fixed order; single pictures each with the same kind of
 * caption: `"a red apple, 3d render"`.
 *
 * @throws DataFolderError where the folder is incomplete or the split is empty.
 */
export async function heldOutExamples({
  start = 0,
  count,
  seed = 0,
  ...options
}: HeldOutOptions): Promise<HeldOutExample[]> {
  const data = await openEmojiData({ ...options, seed });
  const isEndless = options.split === "test_pair" || options.split === "test_count";
  const available = isEndless
    ? (count ?? data.size)
    : Math.min(count ?? data.size, data.size - start);
  const examples = Array.from({ length: Math.max(0, available) }, (_, position) => {
    const example = data.example(start + position);
    const planes = new Float32Array(3 * data.side * data.side);
    data.paint(example, planes);
    return { ...describe(example), picture: rgbFromPlanes(planes, data.side) };
  });
  await data.dispose();
  return examples;
}

export interface HeldOutThingOptions
  extends Pick<ThingDataOptions, "folder" | "side" | "sources" | "signal"> {
  readonly split: Exclude<NonNullable<ThingDataOptions["split"]>, "train">;
  /** Where to begin in the split. @default 0 */
  readonly start?: number;
  /** At most so many. @default all; of `test_pair`, which has no end, 1024 */
  readonly count?: number;
  /** Of scenes. @default 0 */
  readonly seed?: number;
}

/** A held-out example of a thing; its label is the thing's name. */
export interface HeldOutThing extends HeldOutExample {
  /** The colour that the caption says. */
  readonly color: string | undefined;
}

/**
 * Examples of things that training with `openThingData` never sees: `"a cat, flat emoji"`, or `"a
 * blue car"`.
 *
 * @throws DataFolderError where the folder is incomplete or the split is empty.
 */
export async function heldOutThings({
  start = 0,
  count,
  seed = 0,
  ...options
}: HeldOutThingOptions): Promise<HeldOutThing[]> {
  const data = await openThingData({ ...options, seed });
  const available =
    options.split === "test_pair"
      ? (count ?? data.size)
      : Math.min(count ?? data.size, data.size - start);
  const examples = Array.from({ length: Math.max(0, available) }, (_, position) => {
    const example = data.example(start + position);
    const planes = new Float32Array(3 * data.side * data.side);
    data.paint(example, planes);
    const { caption, thing, style, color } = example;
    return { caption, label: thing.name, style, color, picture: rgbFromPlanes(planes, data.side) };
  });
  await data.dispose();
  return examples;
}

function describe(example: Example): Omit<HeldOutExample, "picture"> {
  const picture = "items" in example ? example.items[0]?.picture : example.picture;
  const { label = "", style = "" } = picture ?? {};
  if ("items" in example || example.color) return { caption: example.caption, label, style };
  return { caption: `${withArticle(label)}, ${style}`, label, style };
}
