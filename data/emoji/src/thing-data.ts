import { InvalidArgumentError, UnknownNameError } from "@glissade/core";
import { assertSeed } from "@glissade/core/random";
import { defaultDataFolder, readRecords } from "./data-folder.ts";
import { DataFolderError } from "./errors.ts";
import { exampleRandom } from "./example-random.ts";
import { type PaintedData, paintedData } from "./painted-data.ts";
import { type PackSide, packSides } from "./render-picture.ts";
import { type SourceName, sourceNames } from "./sources.ts";
import { recolorableThings } from "./thing-colors.ts";
import {
  drawColoredThing,
  drawThing,
  heldOutColors,
  heldOutExample,
  paintThings,
  type ThingExample,
} from "./thing-examples.ts";
import { loadThingImages, type ThingImages } from "./thing-images.ts";
import { type PooledThing, thingPool } from "./thing-pool.ts";
import { drawThingScene, thingScenePool } from "./thing-scenes.ts";
import { type ThingSplit, thingSplits } from "./thing-splits.ts";
import { type ThingGroup, thingGroups, thingSources } from "./things.ts";
import { weightedPick } from "./weighted-pick.ts";

/** How often a thing of each group is drawn, against one of the groups that are not named. */
const defaultGroupWeights: Partial<Readonly<Record<ThingGroup, number>>> = {
  face: 0.7,
  person: 0.5,
  sign: 0.7,
};

export interface ThingDataOptions {
  /** @default `$GLISSADE_DATA`, or `.data/emoji` in the repository */
  readonly folder?: string;
  readonly side: PackSide;
  readonly seed: number;
  /** @default "train" */
  readonly split?: ThingSplit;
  /** @default `thingSources` */
  readonly sources?: readonly SourceName[];
  /** Share of training examples in a colour that the caption says. @default 0 */
  readonly colors?: number;
  /**
   * Share of training examples of two things, of several of one, or of a head with a hat. @default
   * 0
   */
  readonly scenes?: number;
  /** Share of the other training examples on a background that is not white. @default 0 */
  readonly backgrounds?: number;
  /**
   * How far training images are moved and scaled, as a part of the side; up to a side of 64.
   * @default 0
   */
  readonly shift?: number;
  /** Mirrors half of the training images that allow it. @default true */
  readonly mirror?: boolean;
  /** How often a thing of each group is drawn. @default face 0.7, sign 0.7, person 0.5, others 1 */
  readonly weights?: Partial<Readonly<Record<ThingGroup, number>>>;
  readonly signal?: AbortSignal;
}

/** Training data over `things`, and each example's description. */
export type ThingData = PaintedData<ThingExample>;

/** Scenes have no end; this many are called an epoch. */
const generatedEpoch = 1024;

/**
 * Opens a data folder for examples of `things` in plain words. Every example is a function of the
 * options and its number.
 *
 * @throws DataFolderError where the folder is incomplete or has nothing to offer.
 * @throws InvalidArgumentError for options out of range.
 * @example `const data = await openThingData({ side: 32, seed: 1, colors: 0.12 });`
 */
export async function openThingData(options: ThingDataOptions): Promise<ThingData> {
  assertOptions(options);
  const { folder = defaultDataFolder(), side, split = "train", sources, signal } = options;
  const isOfTraining = split !== "val" && split !== "test_style";
  const pool = thingPool(await readRecords(folder), isOfTraining ? "train" : split, sources);
  const pictures = pool.flatMap(({ images, colored }) => [
    ...images.flat(),
    ...[...colored.values()].flat(),
  ]);
  const images = await loadThingImages(folder, side, largeSideFor(side), pictures, signal);
  const { size, example } = examplesOf(pool, images, options);
  if (size === 0)
    throw new DataFolderError({
      folder,
      problem: `has no examples of ${split} for these sources`,
      hint: "Allow more of them.",
    });

  const paint = (shown: ThingExample, planes: Float32Array) =>
    paintThings({ planes, side }, shown, images);
  return paintedData({
    description: `things, ${split}: ${pool.length} things, ${pictures.length} images, ${side}x${side}`,
    size,
    side,
    example,
    paint,
  });
}

/** How many examples there are, and which is which. */
interface NumberedExamples {
  readonly size: number;
  example(number: number): ThingExample;
}

function examplesOf(
  pool: readonly PooledThing[],
  images: ThingImages,
  options: ThingDataOptions,
): NumberedExamples {
  switch (options.split) {
    case "val":
    case "test_style":
      return listed(
        pool.flatMap(({ thing, images: own }) =>
          own.flat().map((picture) => heldOutExample(thing, picture)),
        ),
      );
    case "test_color":
      return listed(heldOutColors(pool, images));
    case "test_pair": {
      const scenes = thingScenePool(pool);
      return {
        size: scenes.styles.size > 0 ? generatedEpoch : 0,
        example: (number) =>
          drawThingScene(exampleRandom(options.seed, number), scenes, images, true),
      };
    }
    default:
      return trainingExamples(pool, images, options);
  }
}

function listed(examples: readonly ThingExample[]): NumberedExamples {
  return {
    size: examples.length,
    example: (number) => examples[number % examples.length] as ThingExample,
  };
}

/**
 * Colours are drawn anew where a thing cannot have them; after so many times it is shown as it is.
 */
const mostColorDraws = 30;

function trainingExamples(
  pool: readonly PooledThing[],
  images: ThingImages,
  {
    seed,
    colors = 0,
    scenes = 0,
    backgrounds = 0,
    shift = 0,
    mirror = true,
    weights,
  }: ThingDataOptions,
): NumberedExamples {
  const groupWeights = { ...defaultGroupWeights, ...weights };
  const weightOf = ({ thing }: PooledThing) => groupWeights[thing.group] ?? 1;
  const drawn = pool.filter((pooled) => weightOf(pooled) > 0);
  const colorful = drawn.filter(({ thing }) => recolorableThings.has(thing.name));
  const scenePool = thingScenePool(scenes > 0 ? drawn : []);
  const pick = weightedPick(drawn.map(weightOf));
  const choices = { colors, backgrounds, shift, mirror: mirror ? 0.5 : 0 };
  const example = (number: number): ThingExample => {
    const random = exampleRandom(seed, number);
    const choice = random.uniform();
    if (choice < scenes) return drawThingScene(random, scenePool, images);
    if (choice < scenes + colors && colorful.length > 0) {
      for (let draw = 0; draw < mostColorDraws; draw++) {
        const shown = drawColoredThing(random.pick(colorful), random, images, choices);
        if (shown) return shown;
      }
    }
    return drawThing(drawn[pick(random.uniform())] as PooledThing, random, images, choices);
  };
  return { size: drawn.reduce((sum, { images: own }) => sum + own.flat().length, 0), example };
}

/** What is moved or scaled comes from packs twice as large. */
function largeSideFor(side: PackSide): PackSide {
  return packSides.find((packSide) => packSide === 2 * side) ?? side;
}

function assertOptions({
  side,
  seed,
  split = "train",
  sources = [],
  colors = 0,
  scenes = 0,
  backgrounds = 0,
  shift = 0,
  weights = {},
}: ThingDataOptions): void {
  assertSeed(seed);
  if (!packSides.includes(side))
    throw new InvalidArgumentError({
      argument: "side",
      received: side,
      expected: `one of ${packSides.join(", ")}`,
    });
  if (!thingSplits.includes(split))
    throw new UnknownNameError({ kind: "split", asked: split, known: thingSplits });
  for (const source of sources) {
    if (!sourceNames.includes(source))
      throw new UnknownNameError({ kind: "source of pictures", asked: source, known: sourceNames });
    if (!(thingSources as readonly string[]).includes(source))
      throw new UnknownNameError({ kind: "style of things", asked: source, known: thingSources });
  }
  for (const [argument, share] of Object.entries({
    colors,
    scenes,
    backgrounds,
    "colors + scenes": colors + scenes,
  })) {
    if (!(share >= 0 && share <= 1))
      throw new InvalidArgumentError({
        argument,
        received: share,
        expected: "a share from 0 to 1",
      });
  }
  if (!(shift >= 0 && shift <= 0.25))
    throw new InvalidArgumentError({
      argument: "shift",
      received: shift,
      expected: "a part of the side from 0 to 0.25",
    });
  if (shift > 0 && largeSideFor(side) === side)
    throw new InvalidArgumentError({
      argument: "shift",
      received: shift,
      expected: `0 at a side of ${side}`,
    });
  for (const [group, weight] of Object.entries(weights)) {
    if (!thingGroups.some((known) => known === group))
      throw new UnknownNameError({ kind: "group of things", asked: group, known: thingGroups });
    if (!(weight >= 0 && Number.isFinite(weight)))
      throw new InvalidArgumentError({
        argument: `weights.${group}`,
        received: weight,
        expected: "a number from 0",
      });
  }
}
