import type { Backend, ModelSource } from "@glissade/core";
import { type ClipNetwork, openClipNetwork } from "@glissade/evaluate";
import { things } from "@glissade-data/emoji";
import type { JudgedPrompt } from "./prompt-list.ts";
import { hitsOf } from "./ranking.ts";
import { openRealImages, type RealImage, type RealImages } from "./real-images.ts";
import { isDrawn, realRgb } from "./real-rgb.ts";
import { addHits, noScore, type Shares, sharesOf } from "./scores.ts";

/** How many things CLIP has to choose from. */
const choices = 100;

/** How often a model's CLIP finds the name of what a real image shows among 100 common things. */
export interface ClipEye {
  readonly model: string;
  /** Asked in the words that people use, over all styles. */
  readonly plain: Shares;
  /** Asked in the data's own words. */
  readonly labels: Shares;
  /** In plain words, by the style of the images. */
  readonly byStyle: Readonly<Record<string, Shares>>;
}

export interface ClipEyeOptions {
  readonly label: string;
  readonly backend: Backend;
  /** Their things are chosen from, filled up with others to 100. */
  readonly prompts: readonly JudgedPrompt[];
  readonly signal: AbortSignal;
}

export async function clipEye(
  model: ModelSource,
  { label, backend, prompts, signal }: ClipEyeOptions,
): Promise<ClipEye> {
  const images = await openRealImages(signal);
  const clip = await openClipNetwork(model, { backend, signal });
  try {
    const numbers = commonThings(prompts);
    const shown = images.all.filter((image) => isDrawn(image) && numbers.includes(image.thing));
    const ask = (texts: readonly string[]) =>
      seenBy(clip, images, { numbers, shown, texts }, signal);
    const plain = await ask(numbers.map((number) => things[number]?.name ?? ""));
    const labels = await ask(numbers.map((number) => things[number]?.labels[0] ?? ""));
    const styles = [...new Set(shown.map(({ record }) => record.style))].sort();
    const inStyle = (style: string) => plain.filter((_, k) => shown[k]?.record.style === style);
    return {
      model: label,
      plain: total(plain),
      labels: total(labels),
      byStyle: Object.fromEntries(styles.map((style) => [style, total(inStyle(style))])),
    };
  } finally {
    await clip.dispose();
  }
}

/** The numbers of the prompts' things, and of others until there are 100. */
export function commonThings(prompts: readonly JudgedPrompt[]): number[] {
  const asked = prompts.map(({ thing }) => things.findIndex(({ name }) => name === thing));
  const all = [...asked.filter((number) => number >= 0), ...things.keys()];
  return [...new Set(all)].slice(0, choices);
}

interface Question {
  /** The things to choose from, and what each is called. */
  readonly numbers: readonly number[];
  readonly texts: readonly string[];
  readonly shown: readonly RealImage[];
}

type Answers = ReturnType<typeof hitsOf>[];

async function seenBy(
  clip: ClipNetwork,
  images: RealImages,
  { numbers, texts, shown }: Question,
  signal: AbortSignal,
): Promise<Answers> {
  await clip.useClasses(texts, { signal });
  const { probabilities } = await clip.of(
    shown.map((image) => realRgb(images, image)),
    { signal },
  );
  return shown.map(({ thing }, k) => {
    const row = probabilities?.data.subarray(k * texts.length, (k + 1) * texts.length) ?? [];
    return hitsOf(row, numbers.indexOf(thing));
  });
}

function total(answers: Answers): Shares {
  return sharesOf(answers.reduce(addHits, noScore));
}

/** The figures as text for a terminal. */
export function clipEyeTable({ model, plain, labels, byStyle }: ClipEye): string {
  const rows = Object.entries({ "plain words": plain, "the data's words": labels, ...byStyle });
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    `${model}: of ${choices} things`,
    `${" ".repeat(width)}  top-1  top-5 images`,
    ...rows.map(([name, { top1, top5, images }]) =>
      [name.padEnd(width), top1.toFixed(3), top5.toFixed(3), String(images)].join("  "),
    ),
  ].join("\n");
}
