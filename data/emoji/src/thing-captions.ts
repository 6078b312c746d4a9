import { withArticle } from "./english.ts";
import type { ExampleRandom } from "./example-random.ts";
import type { ThingBackground, ThingColor } from "./thing-colors.ts";
import { isAddedPlural, type Thing, takesArticle } from "./things.ts";

export interface SaidOfThing {
  readonly style: string;
  readonly color?: ThingColor | undefined;
  /** Where captions are silent, it is white. */
  readonly background?: ThingBackground | undefined;
}

/** How people would ask for a thing, in one of many ways; about half name the style. */
export function drawThingCaption(thing: Thing, said: SaidOfThing, random: ExampleRandom): string {
  const name = drawName(thing, said.color, random);
  const isPlain = !said.color && !said.background;
  if (random.chance(0.5)) {
    const asked = isPlain ? drawBareForm(name, thing, random) : phraseOf(name, said, random);
    return withStyle(asked, said.style, random);
  }
  return isPlain ? drawPhrase(name, thing, random) : phraseOf(name, said, random);
}

/** The one caption that held-out examples are asked for with. */
export function plainThingCaption({ name }: Thing, { style, color }: SaidOfThing): string {
  return color ? withColor(name, color) : `${articled(name)}, ${style}`;
}

/** The name with "a" or "an" where it takes one. */
export function articled(name: string): string {
  return takesArticle(name) ? plainArticle(name) : name;
}

/** "a blue car", "blue jeans", "a white cup of coffee". */
export function withColor(name: string, color: string): string {
  return takesArticle(name) ? plainArticle(`${color} ${name}`) : `${color} ${name}`;
}

/**
 * `withArticle` leaves out articles of its own list of words; here the things say who takes one.
 */
export function plainArticle(words: string): string {
  const first = words.split(" ", 1)[0] ?? words;
  return `${/^an /.test(withArticle(`${first} one`)) ? "an" : "a"} ${words}`;
}

/** How often the first name is said, and how often a plural is (of the rest, any other name). */
const firstNameShare = 0.62;
const pluralShare = 0.07;
/** Names that a colour cannot stand before: "a blue cup of tea", "a red beautiful woman". */
const composed =
  / (of|on|in|with|and|blowing) |^(sad|happy|angry|crying|sick|ill|old|a) |red|blue|green|gold|white|brown|black|yellow|golden|^(he|she)$/;

/** Colours that have a second word. */
const otherColorWords: Partial<Readonly<Record<ThingColor, string>>> = {
  gray: "grey",
  purple: "violet",
};

export function drawName(
  thing: Thing,
  color: ThingColor | undefined,
  random: ExampleRandom,
): string {
  const choice = random.uniform();
  if (choice < firstNameShare) return thing.name;
  const wantsPlural = choice < firstNameShare + pluralShare;
  const names = thing.names.filter(
    (name) => isAddedPlural(name) === wantsPlural && !(color && composed.test(name)),
  );
  return names.length > 0 ? random.pick(names) : thing.name;
}

/** The bare forms mostly, and what people put around them. */
function drawPhrase(name: string, thing: Thing, random: ExampleRandom): string {
  const choice = random.uniform();
  const said = articled(name);
  if (choice < 0.85) return drawBareForm(name, thing, random);
  if (choice < 0.93) return `${random.pick(kindsOfImage)} of ${said}`;
  if (choice < 0.98) return `${name} ${random.pick(["emoji", "icon"])}`;
  return `draw ${said}`;
}

/** "cat", "a cat", "the cat", "a cute cat". */
function drawBareForm(name: string, thing: Thing, random: ExampleRandom): string {
  const choice = random.uniform();
  if (choice < 0.35) return name;
  if (choice < 0.88) return articled(name);
  if (choice < 0.94) return `the ${name}`;
  return describe(name, random.pick(adjectivesOf(thing)));
}

const kindsOfImage = [
  "picture",
  "a picture",
  "an image",
  "image",
  "a drawing",
  "an icon",
  "an emoji",
  "an illustration",
  "a photo",
];

function describe(name: string, adjective: string): string {
  return takesArticle(name) ? plainArticle(`${adjective} ${name}`) : `${adjective} ${name}`;
}

/** What people add without meaning that it be drawn otherwise. */
function adjectivesOf({ group }: Thing): readonly string[] {
  switch (group) {
    case "animal":
      return ["cute", "beautiful", "funny", "little", "wild", "lovely"];
    case "food":
      return ["tasty", "delicious", "fresh", "yummy"];
    case "person":
    case "plant":
    case "place":
    case "sky":
      return ["beautiful", "nice", "pretty", "lovely"];
    case "face":
      return ["funny", "cute", "simple"];
    default:
      return ["nice", "beautiful", "new", "simple", "cool"];
  }
}

/** With a colour or on a background. */
function phraseOf(name: string, { color, background }: SaidOfThing, random: ExampleRandom): string {
  const word = color && random.chance(0.25) ? (otherColorWords[color] ?? color) : color;
  const [bare, said] = word ? [`${word} ${name}`, withColor(name, word)] : [name, articled(name)];
  const choice = random.uniform();
  const asked = choice < 0.25 ? bare : choice < 0.9 ? said : `the ${bare}`;
  if (!background) return asked;
  return `${asked} ${random.pick(["on", "on", "on", "in front of"])} ${plainArticle(`${background} background`)}`;
}

/** Puts the style at one of the places where people put it. */
export function withStyle(asked: string, style: string, random: ExampleRandom): string {
  const choice = random.uniform();
  if (choice < 0.4) return `${asked}, ${style}`;
  if (choice < 0.75) return `${style} of ${asked}`;
  if (choice < 0.85) return `${style}, ${asked}`;
  if (choice < 0.93) return `${asked} as a ${style}`;
  return `${asked} ${style}`;
}
