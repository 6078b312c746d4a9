import { type Color, colorDistance } from "./colors.ts";
import { type Canvas, type Cutout, coverCanvas, fillCanvas, placeCutout } from "./compositing.ts";
import type { ExampleRandom } from "./example-random.ts";
import { isMirrorable } from "./examples.ts";
import { keptInside, movedCutout, type Placing } from "./moved-cutout.ts";
import type { PictureRecord } from "./picture-record.ts";
import { painted } from "./recolor.ts";
import { drawThingCaption, plainThingCaption } from "./thing-captions.ts";
import {
  recolorableThings,
  type ThingBackground,
  type ThingColor,
  thingBackgroundNames,
  thingBackgrounds,
  thingColorNames,
} from "./thing-colors.ts";
import type { ThingImages } from "./thing-images.ts";
import type { PooledThing } from "./thing-pool.ts";
import { isHeldOutThingColor } from "./thing-splits.ts";
import type { Thing, ThingGroup } from "./things.ts";

/** An image and how it is laid on the canvas. */
export interface ThingItem {
  readonly picture: PictureRecord;
  /** What it is painted with; undefined where it keeps its own colours. */
  readonly paint: ThingColor | undefined;
  /** Over all of the canvas, or at a place of it (lengths are fractions of the side). */
  readonly place:
    | Placing
    | { readonly size: number; readonly centerX: number; readonly centerY: number };
}

/** One example of the stream, before it is painted. */
export interface ThingExample {
  readonly caption: string;
  /** What is shown; of a scene, the first. */
  readonly thing: Thing;
  readonly style: string;
  /** The colour that the caption says. */
  readonly color: ThingColor | undefined;
  readonly background: ThingBackground;
  readonly items: readonly ThingItem[];
}

export interface ThingChoices {
  /** Share of examples that say a colour that the thing is painted with. */
  readonly colors: number;
  readonly backgrounds: number;
  readonly mirror: number;
  /** How far things are moved, and by which part they are scaled. */
  readonly shift: number;
}

/** Groups whose own colours are worth a word: "a red apple". */
const colorfulGroups: ReadonlySet<ThingGroup> = new Set([
  "animal",
  "plant",
  "food",
  "vehicle",
  "wear",
  "object",
  "sign",
]);
/** Share of the examples of these that name the thing's own colour. */
const ownColorShare = 0.06;
/** White things are often laid on a colour, where they can be seen. */
const whiteBackgroundShare = 0.5;

/** A thing as it is, or on a background. */
export function drawThing(
  pooled: PooledThing,
  random: ExampleRandom,
  images: ThingImages,
  choices: ThingChoices,
): ThingExample {
  const picture = random.pick(random.pick(pooled.images));
  const own =
    colorfulGroups.has(pooled.thing.group) && random.chance(ownColorShare)
      ? images.ownColor(picture)
      : undefined;
  const color = own && !isHeldOutThingColor(pooled.thing.name, own) ? own : undefined;
  const background = random.chance(choices.backgrounds)
    ? visibleBackground(picture.meanColor, random)
    : "white";
  return exampleOf(
    pooled.thing,
    { picture, color, paint: undefined, background },
    random,
    images,
    choices,
  );
}

/**
 * A thing in a colour that the caption says; undefined where this draw came upon none that works.
 */
export function drawColoredThing(
  pooled: PooledThing,
  random: ExampleRandom,
  images: ThingImages,
  choices: ThingChoices,
): ThingExample | undefined {
  const { thing } = pooled;
  const color = random.pick(thingColorNames);
  if (isHeldOutThingColor(thing.name, color)) return undefined;
  const natural = pooled.colored.get(color);
  const isNatural = natural !== undefined && random.chance(0.5);
  const picture = random.pick(isNatural ? natural : random.pick(pooled.images));
  if (!isNatural && !images.canBe(picture, color)) return undefined;
  const paint = isNatural || images.ownColor(picture) === color ? undefined : color;
  const share = color === "white" ? whiteBackgroundShare : choices.backgrounds;
  const background = random.chance(share)
    ? visibleBackground(colorOnScreen[color], random)
    : "white";
  return exampleOf(thing, { picture, color, paint, background }, random, images, choices);
}

/**
 * Things in colours that training does not say of them and in which no image has them by itself.
 */
export function heldOutColors(pool: readonly PooledThing[], images: ThingImages): ThingExample[] {
  return pool
    .filter(({ thing }) => recolorableThings.has(thing.name))
    .flatMap(({ thing, images: bySource, colored }) =>
      thingColorNames
        .filter((color) => isHeldOutThingColor(thing.name, color) && !colored.has(color))
        .filter((color) => !bySource.flat().some((picture) => images.ownColor(picture) === color))
        .flatMap((color) =>
          bySource.flatMap((ofSource) => {
            const picture = ofSource.find((candidate) => images.canBe(candidate, color));
            return picture ? [heldOutExample(thing, picture, color)] : [];
          }),
        ),
    );
}

/** An image as it is, with the caption that all held-out examples of its kind have. */
export function heldOutExample(
  thing: Thing,
  picture: PictureRecord,
  color?: ThingColor,
): ThingExample {
  const { style } = picture;
  const items = [{ picture, paint: color, place: asItIs }];
  return {
    caption: plainThingCaption(thing, { style, color }),
    thing,
    style,
    color,
    background: "white",
    items,
  };
}

const asItIs: Placing = { scale: 1, right: 0, down: 0, isMirrored: false };

interface Shown {
  readonly picture: PictureRecord;
  readonly color: ThingColor | undefined;
  readonly paint: ThingColor | undefined;
  readonly background: ThingBackground;
}

function exampleOf(
  thing: Thing,
  { picture, color, paint, background }: Shown,
  random: ExampleRandom,
  images: ThingImages,
  { mirror, shift }: ThingChoices,
): ThingExample {
  const { style } = picture;
  const caption = drawThingCaption(
    thing,
    { style, color, ...(background !== "white" && { background }) },
    random,
  );
  const isMirrored = isMirrorable(picture) && random.chance(mirror);
  const by = () => shift * (2 * random.uniform() - 1);
  const place =
    shift > 0
      ? keptInside({ scale: 1 + by(), right: by(), down: by(), isMirrored }, images.extent(picture))
      : { ...asItIs, isMirrored };
  return { caption, thing, style, color, background, items: [{ picture, paint, place }] };
}

const leastContrast = 90;

/** A background other than white on which the colour can be seen, if there is one. */
export function visibleBackground(color: Color, random: ExampleRandom): ThingBackground {
  const visible = thingBackgroundNames.filter(
    (name) => name !== "white" && colorDistance(color, thingBackgrounds[name]) >= leastContrast,
  );
  return visible.length > 0 ? random.pick(visible) : "white";
}

/** Of paints, as far as the choice of a background goes. */
const colorOnScreen: Readonly<Record<ThingColor, Color>> = {
  red: [217, 43, 43],
  orange: [242, 140, 30],
  yellow: [245, 210, 31],
  green: [47, 158, 68],
  blue: [37, 99, 235],
  purple: [139, 63, 209],
  pink: [242, 119, 182],
  brown: [123, 74, 35],
  black: [20, 20, 20],
  gray: [138, 138, 138],
  white: [255, 255, 255],
};

export function paintThings(
  canvas: Canvas,
  { background, items }: ThingExample,
  images: ThingImages,
): void {
  fillCanvas(canvas, thingBackgrounds[background]);
  for (const { picture, paint, place } of items) {
    const colored = (cutout: Cutout) => (paint ? painted(cutout, paint) : cutout);
    if ("size" in place) {
      const { size, centerX, centerY } = place;
      const { side } = canvas;
      placeCutout(canvas, colored(images.large(picture)), {
        size: Math.round(size * side),
        centerX: centerX * side,
        centerY: centerY * side,
      });
    } else if (isMoved(place)) {
      coverCanvas(canvas, movedCutout(colored(images.large(picture)), place));
    } else {
      coverCanvas(canvas, colored(images.exact(picture)), { isMirrored: place.isMirrored });
    }
  }
}

function isMoved({ scale, right, down }: Placing): boolean {
  return scale !== 1 || right !== 0 || down !== 0;
}
