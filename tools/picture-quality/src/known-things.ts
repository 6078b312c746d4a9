import { GlissadeError } from "@glissade/core";
import type { JudgeDescription } from "./judge-files.ts";

/** A thing was asked for that the judge does not know. */
export class UnknownThingError extends GlissadeError {
  static override readonly code: string = "UnknownThingError";

  readonly asked: string;
  /** Things with similar names, the nearest first. */
  readonly nearest: readonly string[];

  constructor(asked: string, nearest: readonly string[]) {
    const names = nearest.map((name) => JSON.stringify(name)).join(", ");
    super(`The judge does not know ${JSON.stringify(asked)}. The nearest that it knows: ${names}.`);
    this.asked = asked;
    this.nearest = nearest;
  }
}

/** The judge's things under all their names. */
export interface KnownThings {
  /** The number of the thing of this name, with or without an article. @throws UnknownThingError */
  numberOf(name: string): number;
  /** The number of the thing with the longest name in a caption; undefined where there is none. */
  numberIn(caption: string): number | undefined;
}

/** How many are named in an error. */
const namedInError = 3;
const article = /^(an?|the|some) /;

export function knownThings({ things, names }: Pick<JudgeDescription, "things" | "names">) {
  const numbers = new Map<string, number>();
  // A thing's own name goes before another thing's synonym.
  things.forEach((name, number) => {
    numbers.set(name, number);
  });
  things.forEach((name, number) => {
    for (const other of names[name] ?? []) if (!numbers.has(other)) numbers.set(other, number);
  });
  const longestFirst = [...numbers].sort(([a], [b]) => b.length - a.length);
  const known: KnownThings = {
    numberOf(name) {
      const asked = plain(name);
      const number = numbers.get(asked) ?? numbers.get(asked.replace(article, ""));
      if (number === undefined) throw new UnknownThingError(name, nearest(asked, numbers));
      return number;
    },
    numberIn(caption) {
      const words = ` ${plain(caption).replace(/[^\p{L}\p{N}'-]+/gu, " ")} `;
      return longestFirst.find(([name]) => words.includes(` ${name} `))?.[1];
    },
  };
  return known;
}

function plain(text: string): string {
  return text.trim().toLowerCase().replace(/\s+/g, " ");
}

/** The most similar names of different things. */
function nearest(asked: string, numbers: ReadonlyMap<string, number>): string[] {
  const told = new Set<number>();
  return [...numbers]
    .map(([name, number]) => ({ name, number, similarity: similarity(asked, name) }))
    .sort((a, b) => b.similarity - a.similarity)
    .filter(({ number }) => !told.has(number) && told.add(number))
    .slice(0, namedInError)
    .map(({ name }) => name);
}

/** Dice's coefficient of the pairs of neighbouring letters: 0 to 1. */
function similarity(a: string, b: string): number {
  const pairsOf = (text: string) =>
    new Set(Array.from({ length: text.length + 1 }, (_, i) => ` ${text} `.slice(i, i + 2)));
  const [inA, inB] = [pairsOf(a), pairsOf(b)];
  const shared = [...inA].filter((pair) => inB.has(pair)).length;
  return (2 * shared) / (inA.size + inB.size);
}
