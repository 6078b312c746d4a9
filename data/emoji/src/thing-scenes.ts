import { colorDistance } from "./colors.ts";
import { countWords } from "./english.ts";
import type { ExampleRandom } from "./example-random.ts";
import { groupBy } from "./group-by.ts";
import type { PictureRecord } from "./picture-record.ts";
import { isHeldOutPair } from "./splits.ts";
import { articled, plainArticle, withStyle } from "./thing-captions.ts";
import { type ThingBackground, thingBackgrounds } from "./thing-colors.ts";
import { type ThingExample, type ThingItem, visibleBackground } from "./thing-examples.ts";
import type { ThingImages } from "./thing-images.ts";
import type { PooledThing } from "./thing-pool.ts";
import { pluralOf, type Thing, type ThingGroup, takesArticle } from "./things.ts";

/** What a thing is drawn by in one style. */
interface StyledThing {
  readonly thing: Thing;
  readonly pictures: readonly PictureRecord[];
}

/** What scenes are made of, by style: a scene has one style. */
export interface ThingScenePool {
  readonly styles: ReadonlyMap<string, readonly StyledThing[]>;
}

/** What can stand beside something else. */
const placeableGroups: ReadonlySet<ThingGroup> = new Set([
  "animal",
  "plant",
  "food",
  "vehicle",
  "wear",
  "object",
  "face",
]);
const alsoPlaceable: ReadonlySet<string> = new Set([
  "star",
  "moon",
  "sun",
  "cloud",
  "umbrella",
  "snowman",
  "house",
  "castle",
  "heart",
]);

const hats: ReadonlySet<string> = new Set(["top hat", "crown", "cap"]);
/** Heads seen from the front, whole, with nothing above the forehead. */
const wearers: ReadonlySet<string> = new Set(
  (
    "cat face,dog face,tiger face,cow face,pig face,mouse face,monkey face,bear,panda,koala,fox,lion,wolf,frog,hamster,smiling face,grinning face," +
    "grinning face with big eyes,slightly smiling face,smiling face with sunglasses,winking face,alien,skull,snowman without snow,chicken,owl"
  ).split(","),
);

export function thingScenePool(pool: readonly PooledThing[]): ThingScenePool {
  const placeable = pool.filter(
    ({ thing }) => placeableGroups.has(thing.group) || alsoPlaceable.has(thing.name),
  );
  const styled = placeable.flatMap(({ thing, images }) =>
    images.map((pictures) => ({ style: pictures[0]?.style ?? "", thing, pictures })),
  );
  return { styles: groupBy(styled, ({ style }) => style) };
}

const [low, high] = [0.27, 0.73];
const jitter = 0.03;

/**
 * Two things, several of one, or a head with a hat. @param isHeldOut whether the pairs wanted are
 * those that training does not see
 */
export function drawThingScene(
  random: ExampleRandom,
  { styles }: ThingScenePool,
  images: ThingImages,
  isHeldOut = false,
): ThingExample {
  for (;;) {
    const [style, styled] = random.pick([...styles]);
    const choice = isHeldOut ? 0 : random.uniform();
    const scene =
      choice < 0.5
        ? pairOf(styled, random, isHeldOut)
        : choice < 0.8
          ? severalOf(styled, random)
          : hattedOf(styled, random, images);
    if (!scene) continue;
    const { thing, items, words } = scene;
    const background = random.chance(0.2) ? backgroundFor(items, random) : "white";
    const asked =
      background === "white" ? words : `${words} on ${plainArticle(`${background} background`)}`;
    const caption = isHeldOut
      ? `${asked}, ${style}`
      : random.chance(0.5)
        ? withStyle(asked, style, random)
        : asked;
    return { caption, thing, style, color: undefined, background, items };
  }
}

interface Arranged {
  readonly thing: Thing;
  readonly words: string;
  readonly items: readonly ThingItem[];
}

function pairOf(
  styled: readonly StyledThing[],
  random: ExampleRandom,
  isHeldOut: boolean,
): Arranged | undefined {
  const [one, other] = [random.pick(styled), random.pick(styled)];
  if (one.thing === other.thing || isHeldOutPair(one.thing.name, other.thing.name) !== isHeldOut)
    return undefined;
  const relation = random.pick([
    "and",
    "and",
    "and",
    "next to",
    "to the left of",
    "to the right of",
    "above",
    "below",
  ] as const);
  const isUpright = relation === "above" || relation === "below";
  const isTurned = relation === "to the right of" || relation === "below";
  const centers = isTurned ? [high, low] : [low, high];
  const items = [one, other].map(({ pictures }, at) => {
    const along = centers[at] ?? 0.5;
    return itemAt(random.pick(pictures), 0.47, isUpright ? [0.5, along] : [along, 0.5], random);
  });
  return {
    thing: one.thing,
    words: `${articled(one.thing.name)} ${relation} ${articled(other.thing.name)}`,
    items,
  };
}

const layouts = [
  {
    size: 0.47,
    centers: [
      [low, 0.5],
      [high, 0.5],
    ],
  },
  {
    size: 0.44,
    centers: [
      [low, 0.29],
      [high, 0.29],
      [0.5, 0.72],
    ],
  },
] as const;

function severalOf(styled: readonly StyledThing[], random: ExampleRandom): Arranged | undefined {
  const { thing, pictures } = random.pick(styled);
  if (!takesArticle(thing.name)) return undefined;
  const picture = random.pick(pictures);
  const { size, centers } = random.pick(layouts);
  const items = centers.map((center) => itemAt(picture, size, center, random));
  return { thing, words: `${countWords[centers.length]} ${pluralOf(thing.name)}`, items };
}

function hattedOf(
  styled: readonly StyledThing[],
  random: ExampleRandom,
  images: ThingImages,
): Arranged | undefined {
  const worn = styled.filter(({ thing }) => hats.has(thing.name));
  const heads = styled.filter(({ pictures }) => pictures.some(({ label }) => wearers.has(label)));
  if (worn.length === 0 || heads.length === 0) return undefined;
  const [hat, { thing, pictures }] = [random.pick(worn), random.pick(heads)];
  const head = random.pick(pictures.filter(({ label }) => wearers.has(label)));
  const hatPicture = random.pick(hat.pictures);
  const [headSize, hatSize] = [0.74, 0.44];
  const [headExtent, hatExtent] = [images.extent(head), images.extent(hatPicture)];
  const headTop = 0.98 - (headExtent.bottom - headExtent.top) * headSize;
  const hatBottom = Math.max(
    (hatExtent.bottom - hatExtent.top) * hatSize + 0.01,
    headTop + 0.13 * headSize,
  );
  const middleOf = (extent: typeof headExtent) => (extent.left + extent.right) / 2;
  const items = [
    {
      picture: head,
      paint: undefined,
      place: { size: headSize, centerX: 0.5, centerY: 0.98 - (headExtent.bottom - 0.5) * headSize },
    },
    {
      picture: hatPicture,
      paint: undefined,
      place: {
        size: hatSize,
        centerX:
          0.5 + (middleOf(headExtent) - 0.5) * headSize - (middleOf(hatExtent) - 0.5) * hatSize,
        centerY: hatBottom - (hatExtent.bottom - 0.5) * hatSize,
      },
    },
  ];
  const name =
    hat.thing.name === "top hat" ? random.pick(["hat", "hat", "top hat"]) : hat.thing.name;
  return {
    thing,
    words: `${articled(thing.name)} ${random.pick(["with", "wearing"])} a ${name}`,
    items,
  };
}

function itemAt(
  picture: PictureRecord,
  size: number,
  [x, y]: readonly [number, number] | readonly number[],
  random: ExampleRandom,
): ThingItem {
  const moved = (center = 0.5) => center + (2 * random.uniform() - 1) * jitter;
  return { picture, paint: undefined, place: { size, centerX: moved(x), centerY: moved(y) } };
}

/** A background on which all items can be seen; white where there is none. */
function backgroundFor(items: readonly ThingItem[], random: ExampleRandom): ThingBackground {
  const background = visibleBackground(items[0]?.picture.meanColor ?? [0, 0, 0], random);
  const areSeen = items.every(
    ({ picture }) => colorDistance(picture.meanColor, thingBackgrounds[background]) >= 90,
  );
  return areSeen ? background : "white";
}
