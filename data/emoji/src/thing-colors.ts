import type { Color } from "./colors.ts";

/** Lightness, chroma and hue (in degrees) of OKLCH: Ottosson 2020. */
export interface PerceivedColor {
  readonly lightness: number;
  readonly chroma: number;
  readonly hue: number;
}

/** What each colour word of a caption looks like when something is painted with it. */
export const thingColors = {
  red: { lightness: 0.58, chroma: 0.21, hue: 27 },
  orange: { lightness: 0.74, chroma: 0.17, hue: 56 },
  yellow: { lightness: 0.88, chroma: 0.17, hue: 95 },
  green: { lightness: 0.63, chroma: 0.17, hue: 146 },
  blue: { lightness: 0.57, chroma: 0.18, hue: 257 },
  purple: { lightness: 0.54, chroma: 0.19, hue: 305 },
  pink: { lightness: 0.77, chroma: 0.14, hue: 355 },
  brown: { lightness: 0.46, chroma: 0.085, hue: 52 },
  black: { lightness: 0.25, chroma: 0, hue: 0 },
  gray: { lightness: 0.66, chroma: 0, hue: 0 },
  white: { lightness: 0.95, chroma: 0, hue: 0 },
} as const satisfies Readonly<Record<string, PerceivedColor>>;

export type ThingColor = keyof typeof thingColors;
export const thingColorNames = Object.keys(thingColors) as ThingColor[];

/** Images of things that have their colour by themselves, by label. */
export const coloredLabels: readonly {
  readonly label: string;
  readonly thing: string;
  readonly color: ThingColor;
}[] = [
  { label: "green apple", thing: "apple", color: "green" },
  { label: "black cat", thing: "cat", color: "black" },
  { label: "blue book", thing: "book", color: "blue" },
  { label: "green book", thing: "book", color: "green" },
  { label: "orange book", thing: "book", color: "orange" },
  { label: "brown mushroom", thing: "mushroom", color: "brown" },
  { label: "orange heart", thing: "heart", color: "orange" },
  { label: "yellow heart", thing: "heart", color: "yellow" },
  { label: "green heart", thing: "heart", color: "green" },
  { label: "blue heart", thing: "heart", color: "blue" },
  { label: "purple heart", thing: "heart", color: "purple" },
  { label: "pink heart", thing: "heart", color: "pink" },
  { label: "brown heart", thing: "heart", color: "brown" },
  { label: "black heart", thing: "heart", color: "black" },
  { label: "grey heart", thing: "heart", color: "gray" },
];

/** Things that can well be had in another colour. */
export const recolorableThings: ReadonlySet<string> = new Set(
  [
    "cat, dog, wolf, fox, lion, tiger, leopard, horse, unicorn, deer, cow, pig, sheep, goat, camel",
    "giraffe, elephant, rhinoceros, hippopotamus, mouse, hamster, rabbit, squirrel, bat, bear",
    "koala, sloth, kangaroo, gorilla, monkey, chicken, chick, bird, crow, dove, duck, owl",
    "flamingo, parrot, frog, crocodile, turtle, lizard, snake, dragon, dinosaur, t-rex, whale",
    "dolphin, seal, fish, shark, octopus, squid, shell, jellyfish, crab, lobster, snail",
    "butterfly, caterpillar, ant, beetle, ladybug, spider, scorpion, worm, paw print",
    "flower, rose, tulip, cherry blossom, tree, leaf, maple leaf, mushroom, four leaf clover",
    "apple, grapes, pear, chili pepper, cupcake, candy, lollipop, ice cream, doughnut, teapot",
    "egg, vase, pumpkin, tea, car, racing car, truck, bus, train, locomotive, tractor",
    "motorcycle, scooter, bicycle, skateboard, airplane, helicopter, rocket, ufo, sailboat, ship",
    "anchor, house, castle, tent, circus tent, church, star, umbrella, cloud, moon, planet, fire",
    "drop of water, lightning, glasses, sunglasses, necktie, t-shirt, jeans, scarf, gloves, coat",
    "socks, dress, bikini, handbag, backpack, shoe, sneaker, high heel, boot, crown, top hat, cap",
    "helmet, gem, ribbon, balloon, gift, game controller, dice, puzzle piece, teddy bear",
    "ball of yarn, megaphone, bell, headphones, guitar, drum, phone, telephone, candle",
    "light bulb, flashlight, book, envelope, box, pencil, pen, paintbrush, crayon, scissors",
    "padlock, key, shield, magnet, door, bed, couch, chair, toothbrush, alarm clock, camera",
    "basketball, heart, broken heart, question mark, exclamation mark, check mark, lips",
    "ghost, alien, robot, skull, devil, smiling face, angry face, crying face, winking face",
  ].flatMap((line) => line.split(", ")),
);

/** Colours that things are laid on, by the word that captions use. */
export const thingBackgrounds = {
  red: [232, 78, 78],
  orange: [255, 165, 74],
  yellow: [255, 226, 105],
  green: [112, 196, 112],
  blue: [86, 150, 245],
  "light blue": [191, 224, 255],
  purple: [165, 124, 232],
  pink: [255, 182, 210],
  brown: [158, 118, 80],
  gray: [170, 170, 170],
  black: [16, 16, 16],
  white: [255, 255, 255],
} as const satisfies Readonly<Record<string, Color>>;

export type ThingBackground = keyof typeof thingBackgrounds;
export const thingBackgroundNames = Object.keys(thingBackgrounds) as ThingBackground[];
