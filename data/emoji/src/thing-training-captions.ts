import { backgroundColorNames } from "./colors.ts";
import { exampleRandom } from "./example-random.ts";
import { sourceOf } from "./sources.ts";
import { drawThingCaption, plainThingCaption } from "./thing-captions.ts";
import { thingBackgroundNames, thingColorNames } from "./thing-colors.ts";
import { thingSources, things } from "./things.ts";

export interface ThingCaptionOptions {
  /** How many captions are drawn as training draws them. @default 60000 */
  readonly count?: number;
  /** @default 0 */
  readonly seed?: number;
}

/** How often each name is said beside what is drawn, so that the rare ones count too. */
const repeats = 12;
const colorShare = 0.12;
const backgroundShare = 0.06;

/** Words of scenes and of prompts that the captions have less often. */
const sceneWords = [
  "two",
  "three",
  "four",
  "next to",
  "to the left of",
  "to the right of",
  "above",
  "below",
  "and",
  "with a hat",
  "wearing a crown",
  "small",
  "big",
  "large",
];

/**
 * Captions for the tokenizer of things, without images: what training says, every name, and the
 * words of scenes.
 */
export function* thingCaptions({
  count = 60_000,
  seed = 0,
}: ThingCaptionOptions = {}): Generator<string> {
  const styles = thingSources.map((source) => sourceOf(source).style);
  for (let number = 0; number < count; number++) {
    const random = exampleRandom(seed, number);
    const color = random.chance(colorShare) ? random.pick(thingColorNames) : undefined;
    const background = random.chance(backgroundShare)
      ? random.pick(thingBackgroundNames)
      : undefined;
    yield drawThingCaption(
      random.pick(things),
      { style: random.pick(styles), color, background },
      random,
    );
  }
  const words = [...sceneWords, ...backgroundColorNames.map((name) => `on a ${name} background`)];
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const thing of things) {
      yield* [thing.name, ...thing.names];
      for (const style of styles) yield plainThingCaption(thing, { style });
    }
    for (const word of words) for (let k = 0; k < repeats; k++) yield word;
  }
}
