import {
  type BackgroundColor,
  backgroundColorNames,
  type GlyphColor,
  glyphColorNames,
  glyphColors,
  isVisibleOn,
} from "./colors.ts";
import { countWords, isCountable, plural, withArticle } from "./english.ts";
import type { ExampleRandom } from "./example-random.ts";
import { groupBy } from "./group-by.ts";
import type { PictureRecord } from "./picture-record.ts";
import { isHeldOutColor, isHeldOutCount, isHeldOutPair } from "./splits.ts";

/** Pictures that scenes are made of, by style: a scene has one style. */
export type ScenePool = ReadonlyMap<string, readonly PictureRecord[]>;

export type SceneKind = "place" | "pair" | "count" | "plain";
export type SceneSplit = "train" | "test_pair" | "test_count";

/** A picture of a scene; lengths are fractions of the scene's side. */
export interface SceneItem {
  readonly picture: PictureRecord;
  readonly color: GlyphColor | undefined;
  readonly size: number;
  readonly centerX: number;
  readonly centerY: number;
}

export interface Scene {
  readonly kind: SceneKind;
  readonly split: SceneSplit;
  readonly caption: string;
  readonly background: BackgroundColor;
  readonly items: readonly SceneItem[];
}

/** Not things that lie about: clocks, the weather, maps, signs. */
const unplaceableSubgroups = /time|^sky|place-map|place-geo|hotel|event|transport-sign/;
/** Labels of more than one thing, or of what a thing does. */
const unplaceableLabels =
  /\b(with|and|in|on|of|over|at|locked|unlocked|increasing|decreasing|hotel|japanese|mahjong|muted|chart|performing|deciduous)\b|cigarette|pistol|bomb/;

/**
 * The pictures that scenes may be made of: training pictures of single objects, and glyphs of the
 * same objects.
 */
export function scenePool(records: readonly PictureRecord[]): ScenePool {
  const isPlaceable = ({ split, tone, subgroup, label }: PictureRecord) =>
    split === "train" &&
    tone === 0 &&
    !unplaceableSubgroups.test(subgroup) &&
    !unplaceableLabels.test(label);
  const objects = records.filter(
    (record) => record.kind === "object" && record.source !== "slemoji" && isPlaceable(record),
  );
  const names = new Set(objects.map(({ label }) => label));
  const glyphs = records.filter(
    (record) => record.isGlyph && isPlaceable(record) && names.has(record.label),
  );
  return groupBy([...objects, ...glyphs], ({ style }) => style);
}

const wordedPlaces = [
  { words: "in the top left corner", centerX: 0.26, centerY: 0.26 },
  { words: "in the top right corner", centerX: 0.74, centerY: 0.26 },
  { words: "in the bottom left corner", centerX: 0.26, centerY: 0.74 },
  { words: "in the bottom right corner", centerX: 0.74, centerY: 0.74 },
  { words: "in the center", centerX: 0.5, centerY: 0.5 },
] as const;
const middle = { words: "", centerX: 0.5, centerY: 0.5 } as const;

const wordedSizes = [
  { word: "small", size: 0.4, places: wordedPlaces },
  { word: "small", size: 0.4, places: wordedPlaces },
  { word: "large", size: 0.92, places: [middle] },
  { word: "", size: 0.65, places: [middle] },
] as const;

const low = 0.27;
const high = 0.73;
const leftAndRight = [
  [low, 0.5],
  [high, 0.5],
] as const;
const aboveAndBelow = [
  [0.5, low],
  [0.5, high],
] as const;
const reversed = ([first, second]: typeof leftAndRight | typeof aboveAndBelow) =>
  [second, first] as const;

/** Where a number of equal things is laid. */
const countLayouts = [
  { size: 0.46, centers: leftAndRight },
  {
    size: 0.42,
    centers: [
      [low, 0.3],
      [high, 0.3],
      [0.5, 0.72],
    ],
  },
  {
    size: 0.42,
    centers: [
      [low, low],
      [high, low],
      [low, high],
      [high, high],
    ],
  },
] as const;

const jitter = 0.03;

/**
 * A scene at random: one object with a size and a place, two with a relation, several equal ones,
 * or one on a background.
 */
export function drawScene(random: ExampleRandom, pool: ScenePool): Scene {
  const pictures = random.pick([...pool.values()]);
  const picture = random.pick(pictures);
  const background = random.chance(0.5) ? "white" : backgroundFor(picture, random);
  const color = colorFor(picture, background, random);
  const label = colored(picture, color);
  const item = (size: number, centerX: number, centerY: number): SceneItem => ({
    picture,
    color,
    size,
    centerX,
    centerY,
  });
  const moved = (center: number, by = jitter) => center + (2 * random.uniform() - 1) * by;

  const choice = random.uniform();
  if (choice < 0.25) {
    const { word, size, places } = random.pick(wordedSizes);
    const { words, centerX, centerY } = random.pick<(typeof wordedPlaces)[number] | typeof middle>(
      places,
    );
    const caption = [withArticle(word ? `${word} ${label}` : label), words]
      .filter(Boolean)
      .join(" ");
    const items = [item(size, moved(centerX, jitter / 2), moved(centerY, jitter / 2))];
    return {
      kind: "place",
      split: "train",
      caption: withTail(caption, background, picture, random),
      background,
      items,
    };
  }
  if (choice < 0.6) return pairScene(random, pictures, { picture, color, background });
  if (choice < 0.85 && isCountable(picture.label)) {
    const extra = random.below(countLayouts.length);
    const { size, centers } = countLayouts[extra] as (typeof countLayouts)[number];
    const count = countWords[centers.length] as string;
    const caption = withTail(`${count} ${plural(label)}`, background, picture, random);
    const items = centers.map(([centerX, centerY]) => item(size, moved(centerX), moved(centerY)));
    return {
      kind: "count",
      split: isHeldOutCount(picture.label, count) ? "test_count" : "train",
      caption,
      background,
      items,
    };
  }
  const items = [
    item(0.7 + 0.25 * random.uniform(), moved(0.5, jitter / 2), moved(0.5, jitter / 2)),
  ];
  return {
    kind: "plain",
    split: "train",
    caption: withTail(withArticle(label), background, picture, random),
    background,
    items,
  };
}

/** The first scene of a split that the random numbers give. */
export function drawSceneOf(split: SceneSplit, random: ExampleRandom, pool: ScenePool): Scene {
  for (;;) {
    const scene = drawScene(random, pool);
    if (scene.split === split) return scene;
  }
}

function pairScene(
  random: ExampleRandom,
  pictures: readonly PictureRecord[],
  first: { picture: PictureRecord; color: GlyphColor | undefined; background: BackgroundColor },
): Scene {
  const second = otherPicture(first.picture, pictures, random);
  const background =
    second.isGlyph ||
    first.background === "white" ||
    isVisibleOn(second.meanColor, first.background)
      ? first.background
      : "white";
  const secondColor = colorFor(second, background, random);
  const relation = random.pick(["left", "right", "above", "below", "beside"] as const);
  const words = {
    left: "to the left of",
    right: "to the right of",
    above: "above",
    below: "below",
    beside: random.pick(["next to", "and"]),
  }[relation];
  const centers = {
    left: leftAndRight,
    right: reversed(leftAndRight),
    above: aboveAndBelow,
    below: reversed(aboveAndBelow),
    beside: random.chance(0.5) ? leftAndRight : reversed(leftAndRight),
  }[relation];
  const colors = [first.color, secondColor];
  const items = [first.picture, second].map((picture, position): SceneItem => {
    const [centerX = 0.5, centerY = 0.5] = centers[position] ?? [];
    const shift = () => (2 * random.uniform() - 1) * jitter;
    return {
      picture,
      color: colors[position],
      size: 0.46,
      centerX: centerX + shift(),
      centerY: centerY + shift(),
    };
  });
  const caption = `${withArticle(colored(first.picture, first.color))} ${words} ${withArticle(colored(second, secondColor))}`;
  const split = isHeldOutPair(first.picture.label, second.label) ? "test_pair" : "train";
  return {
    kind: "pair",
    split,
    caption: withTail(caption, background, first.picture, random),
    background,
    items,
  };
}

function otherPicture(
  picture: PictureRecord,
  pictures: readonly PictureRecord[],
  random: ExampleRandom,
): PictureRecord {
  for (let attempt = 0; attempt < 100; attempt++) {
    const other = random.pick(pictures);
    if (other.label !== picture.label) return other;
  }
  return picture; // a pool of one object
}

/** A background other than white on which the picture can be seen; white where there is none. */
function backgroundFor(picture: PictureRecord, random: ExampleRandom): BackgroundColor {
  const usable = backgroundColorNames.filter(
    (name) => name !== "white" && (picture.isGlyph || isVisibleOn(picture.meanColor, name)),
  );
  return usable.length > 0 ? random.pick(usable) : "white";
}

/** A glyph's colour: one that can be seen on the background and that is not held out for it. */
export function colorFor(
  { isGlyph, label }: PictureRecord,
  background: BackgroundColor,
  random: ExampleRandom,
): GlyphColor | undefined {
  if (!isGlyph) return undefined;
  return random.pick(usableColors(label, background));
}

function usableColors(label: string, background: BackgroundColor): readonly GlyphColor[] {
  const visible = glyphColorNames.filter((color) => isVisibleOn(glyphColors[color], background));
  const usable = visible.filter((color) => !isHeldOutColor(label, color));
  return usable.length > 0 ? usable : visible;
}

function colored({ label }: PictureRecord, color: GlyphColor | undefined): string {
  return color ? `${color} ${label}` : label;
}

/** Names the background where it is not white (and sometimes where it is), and often the style. */
function withTail(
  caption: string,
  background: BackgroundColor,
  { style }: PictureRecord,
  random: ExampleRandom,
): string {
  const namesBackground = background !== "white" || random.chance(0.4);
  return `${caption}${namesBackground ? ` on a ${background} background` : ""}${random.chance(0.5) ? `, ${style}` : ""}`;
}
