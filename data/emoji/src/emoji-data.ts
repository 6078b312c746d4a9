import { InvalidArgumentError, UnknownNameError } from "@glissade/core";
import { assertSeed } from "@glissade/core/random";
import { commonConcepts } from "./common-concepts.ts";
import type { Canvas } from "./compositing.ts";
import { defaultDataFolder, readRecords } from "./data-folder.ts";
import { DataFolderError } from "./errors.ts";
import { exampleRandom } from "./example-random.ts";
import {
  drawHeldOutColor,
  drawPlainExample,
  type PlainExample,
  paintPlainExample,
  paintScene,
} from "./examples.ts";
import { type PaintedData, paintedData } from "./painted-data.ts";
import type { PictureKind, PictureRecord, PictureSplit } from "./picture-record.ts";
import { loadPictures, type PictureStore } from "./picture-store.ts";
import { type PackSide, packSides } from "./render-picture.ts";
import { drawSceneOf, type Scene, type SceneSplit, scenePool } from "./scenes.ts";
import { type SourceName, sourceNames } from "./sources.ts";
import { weightedPick } from "./weighted-pick.ts";

/**
 * Parts of the data: of pictures, of the colours of glyphs, and of scenes. All but `train` are held
 * out of it.
 */
export type ExampleSplit = PictureSplit | "test_color" | Exclude<SceneSplit, "train">;

export const exampleSplits: readonly ExampleSplit[] = [
  "train",
  "val",
  "test_style",
  "test_concept",
  "test_color",
  "test_pair",
  "test_count",
];

/** How often a picture of each kind is drawn, against one of an object. */
export const defaultWeights: Readonly<Record<PictureKind, number>> = {
  object: 1,
  face: 0.7,
  clipart: 0.7,
  glyph: 0.5,
  comic: 0.5,
  person: 0.4,
  flag: 0.3,
  symbol: 0.3,
  letter: 0.1,
};

export interface EmojiDataOptions {
  /** @default `$GLISSADE_DATA`, or `.data/emoji` in the repository */
  readonly folder?: string;
  readonly side: PackSide;
  readonly seed: number;
  /** @default "train" */
  readonly split?: ExampleSplit;
  /** Share of training examples that are scenes put together of several pictures. @default 0.4 */
  readonly scenes?: number;
  /**
   * Changes `defaultWeights`; 0 leaves a kind out (of single pictures: scenes are made of objects
   * and glyphs).
   */
  readonly weights?: Partial<Readonly<Record<PictureKind, number>>>;
  /** Only pictures of these sources. @default all */
  readonly sources?: readonly SourceName[];
  /** Only pictures with these labels. @default all */
  readonly labels?: readonly string[];
  /** How often a picture of each source is drawn, against one of a source that is not named. */
  readonly sourceWeights?: Partial<Readonly<Record<SourceName, number>>>;
  /** How many times as often as others the pictures of `commonConcepts` are drawn. @default 1 */
  readonly common?: number;
  /** Mirrors half of the training pictures that allow it. @default true */
  readonly mirror?: boolean;
  /** Share of single training pictures on a background that is not white. @default 0.1 */
  readonly backgrounds?: number;
  readonly signal?: AbortSignal;
}

/** One example of the stream, before it is painted. */
export type Example = PlainExample | Scene;

/** The data as a training run takes it, and each example's description. */
export type EmojiData = PaintedData<Example>;

/** Generated splits have no end; this many are called an epoch. */
const generatedEpoch = 1024;

/**
 * Opens a folder that `build.ts` has made. Every example is a function of the options and its
 * number.
 *
 * @throws DataFolderError where the folder is incomplete or has nothing to offer. @throws
 * InvalidArgumentError for options out of range.
 * @example `const data = await openEmojiData({ side: 32, seed: 1, weights: { glyph: 0, clipart: 0 }
 * });`
 */
export async function openEmojiData(options: EmojiDataOptions): Promise<EmojiData> {
  const {
    folder = defaultDataFolder(),
    side,
    seed,
    split = "train",
    scenes = 0.4,
    sources,
    labels,
    signal,
  } = options;
  assertOptions(options);
  const wanted = labels && new Set(labels);
  const records = (await readRecords(folder)).filter(
    ({ source, label }) => (!sources || sources.includes(source)) && (!wanted || wanted.has(label)),
  );
  const weights = { ...defaultWeights, ...options.weights };
  const pictures = picturesOf(split, records).filter(({ kind }) => weights[kind] > 0);
  const sceneShare =
    split === "train" ? scenes : split === "test_pair" || split === "test_count" ? 1 : 0;
  const pool = scenePool(sceneShare > 0 ? records : []);
  const isEmpty = (sceneShare < 1 && pictures.length === 0) || (sceneShare > 0 && pool.size === 0);
  if (isEmpty)
    throw new DataFolderError({
      folder,
      problem: `has no examples of ${split} with these weights, sources and labels`,
      hint: "Allow more of them.",
    });

  const store = await loadPictures(folder, side, sceneShare < 1 ? pictures : [], signal);
  const cutoutSide = cutoutSideFor(side);
  const cutouts = await loadPictures(folder, cutoutSide, [...pool.values()].flat(), signal);

  const pick = weightedPick(
    pictures.map((picture) => weights[picture.kind] * emphasis(picture, options)),
  );
  const choices = {
    mirror: (options.mirror ?? true) ? 0.5 : 0,
    backgrounds: options.backgrounds ?? 0.1,
  };
  const example = (number: number): Example => {
    const random = exampleRandom(seed, number);
    if (split === "train") {
      if (random.chance(sceneShare)) return drawSceneOf("train", random, pool);
      return drawPlainExample(pictures[pick(random.uniform())] as PictureRecord, random, choices);
    }
    if (split === "test_pair" || split === "test_count") return drawSceneOf(split, random, pool);
    const picture = pictures[number % pictures.length] as PictureRecord;
    return (
      (split === "test_color" && drawHeldOutColor(picture, random)) ||
      drawPlainExample(picture, random, { mirror: 0, backgrounds: 0 })
    );
  };
  const paint = (shown: Example, planes: Float32Array) =>
    paintExample(shown, { planes, side }, store, cutouts);

  const size = sceneShare === 1 ? generatedEpoch : pictures.length;
  return paintedData({
    description: `emoji and clip art, ${split}: ${describeSize(sceneShare, pictures.length, pool)}, ${side}x${side}`,
    size,
    side,
    example,
    paint,
  });
}

function emphasis(
  { source, label, kind }: PictureRecord,
  { sourceWeights = {}, common = 1 }: EmojiDataOptions,
): number {
  const isCommon = (kind === "object" || kind === "face") && commonConcepts.has(label);
  return (sourceWeights[source] ?? 1) * (isCommon ? common : 1);
}

/**
 * Pictures of a split of single pictures; for `test_color` the training glyphs that have a colour
 * that is held out.
 */
function picturesOf(split: ExampleSplit, records: readonly PictureRecord[]): PictureRecord[] {
  if (split === "test_color") {
    const random = exampleRandom(0, 0);
    return records.filter(
      (record) => record.split === "train" && drawHeldOutColor(record, random) !== undefined,
    );
  }
  return records.filter((record) => record.split === split);
}

function paintExample(
  example: Example,
  canvas: Canvas,
  store: PictureStore,
  cutouts: PictureStore,
): void {
  if ("items" in example) paintScene(canvas, example, cutouts);
  else paintPlainExample(canvas, example, store);
}

/**
 * Pictures in a scene are at most as large as the scene: from packs twice as large they are always
 * scaled down.
 */
function cutoutSideFor(side: PackSide): PackSide {
  return packSides.find((packSide) => packSide === 2 * side) ?? side;
}

function describeSize(
  sceneShare: number,
  pictures: number,
  pool: ReadonlyMap<string, readonly PictureRecord[]>,
): string {
  const parts: string[] = [];
  if (sceneShare < 1) parts.push(`${pictures} pictures`);
  if (sceneShare > 0) {
    const cutouts = [...pool.values()].reduce((sum, { length }) => sum + length, 0);
    parts.push(
      `${Math.round(100 * sceneShare)} % scenes of ${cutouts} cut-outs in ${pool.size} styles`,
    );
  }
  return parts.join(" and ");
}

function assertOptions({
  side,
  seed,
  split = "train",
  scenes = 0.4,
  backgrounds = 0.1,
  weights = {},
  sourceWeights = {},
  common = 1,
}: EmojiDataOptions): void {
  assertSeed(seed);
  if (!packSides.includes(side))
    throw new InvalidArgumentError({
      argument: "side",
      received: side,
      expected: `one of ${packSides.join(", ")}`,
    });
  if (!exampleSplits.includes(split))
    throw new UnknownNameError({ kind: "split", asked: split, known: exampleSplits });
  for (const kind of Object.keys(weights)) {
    if (!Object.hasOwn(defaultWeights, kind))
      throw new UnknownNameError({
        kind: "kind of picture",
        asked: kind,
        known: Object.keys(defaultWeights),
      });
  }
  for (const source of Object.keys(sourceWeights)) {
    if (!sourceNames.some((name) => name === source))
      throw new UnknownNameError({ kind: "source of pictures", asked: source, known: sourceNames });
  }
  for (const [name, weight] of Object.entries({ ...weights, ...sourceWeights, common })) {
    if (!(weight >= 0 && Number.isFinite(weight)))
      throw new InvalidArgumentError({
        argument: `weights.${name}`,
        received: weight,
        expected: "a number from 0",
      });
  }
  for (const [argument, share] of Object.entries({ scenes, backgrounds })) {
    if (!(share >= 0 && share <= 1))
      throw new InvalidArgumentError({
        argument,
        received: share,
        expected: "a share from 0 to 1",
      });
  }
}
