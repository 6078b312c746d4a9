import { type Thing, takesArticle, thingNamed, things } from "./things.ts";
import type { WordVectors } from "./word-vectors.ts";

/** What a text may mean, as far as vectors of words tell. */
export interface NearThing {
  readonly thing: Thing;
  /** The name that is nearest. */
  readonly name: string;
  /** Cosine, -1 to 1; 1 where the text is a name. */
  readonly similarity: number;
}

export interface WordMatcher {
  /** The nearest things, nearest first; none where no word of the text is known. */
  nearest(text: string, count?: number): NearThing[];
}

/** From which similarity on a text is taken to mean the thing. */
export const leastSimilarity = 0.65;

/** Words that say nothing of what is shown. */
const emptyWords = new Set(
  "a an the of on in with and or some my your his her its to for picture image photo drawing icon emoji".split(
    " ",
  ),
);

/** The words of a text, in lower case. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z]+/g) ?? [];
}

/**
 * Compares texts with the names of things by the mean of their words' vectors, from which the mean
 * of all words is taken.
 */
export function wordMatcher(vectors: WordVectors): WordMatcher {
  const center = meanOf(
    vectors.words.map((word) => vectors.vectorOf(word)).filter(isKnown),
    vectors.dimensions,
  );
  const directionOf = (text: string) => {
    const content = wordsOf(text).filter((word) => !emptyWords.has(word));
    const known = content.map((word) => vectors.vectorOf(word)).filter(isKnown);
    if (known.length === 0 || known.length < content.length / 2) return undefined;
    const mean = meanOf(known, vectors.dimensions);
    return unit(mean.map((value, at) => value - (center[at] as number)));
  };
  const named = things.flatMap((thing) =>
    [thing.name, ...thing.names]
      .filter((name) => !isOfFeeling(thing, name))
      .flatMap((name) => {
        const direction = directionOf(name);
        return direction ? [{ thing, name, direction }] : [];
      }),
  );
  return {
    nearest(text, count = 3) {
      const exact = thingNamed(text);
      if (exact) return [{ thing: exact, name: text, similarity: 1 }];
      const direction = directionOf(text);
      if (!direction) return [];
      const best = new Map<Thing, NearThing>();
      for (const { thing, name, direction: other } of named) {
        const similarity = direction.reduce(
          (sum, value, at) => sum + value * (other[at] as number),
          0,
        );
        if (similarity > (best.get(thing)?.similarity ?? -1))
          best.set(thing, { thing, name, similarity });
      }
      return [...best.values()]
        .sort((one, other) => other.similarity - one.similarity)
        .slice(0, count);
    },
  };
}

/** "party face", "sad": near to half of the language, so these are found only under their names. */
function isOfFeeling({ group }: Thing, name: string): boolean {
  return group === "face" && (/ /.test(name) || !takesArticle(name));
}

export interface MatchingFigures {
  /**
   * Texts that mean a thing, and how many of them were given to one that they can mean, or to
   * another.
   */
  readonly meant: number;
  readonly right: number;
  readonly wrong: number;
  /** Texts that mean none, and how many of them were given to one all the same. */
  readonly others: number;
  readonly mistaken: number;
}

/** How well a matcher tells what texts mean that are no names; texts without things mean none. */
export function measureMatching(
  matcher: WordMatcher,
  texts: readonly { readonly text: string; readonly things: readonly string[] }[],
  least = leastSimilarity,
): MatchingFigures {
  const answers = texts.map(({ text, things: meant }) => {
    const [first] = matcher.nearest(text, 1);
    return { meant, answer: first && first.similarity >= least ? first.thing.name : undefined };
  });
  const meaning = answers.filter(({ meant }) => meant.length > 0);
  const others = answers.filter(({ meant }) => meant.length === 0);
  const right = meaning.filter(({ meant, answer }) => answer && meant.includes(answer)).length;
  const given = meaning.filter(({ answer }) => answer).length;
  return {
    meant: meaning.length,
    right,
    wrong: given - right,
    others: others.length,
    mistaken: others.filter(({ answer }) => answer).length,
  };
}

function isKnown(vector: Float32Array | undefined): vector is Float32Array {
  return vector !== undefined;
}

function meanOf(vectors: readonly Float32Array[], dimensions: number): Float32Array {
  const mean = new Float32Array(dimensions);
  for (const vector of vectors)
    for (let at = 0; at < dimensions; at++)
      mean[at] = (mean[at] as number) + (vector[at] as number) / vectors.length;
  return mean;
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}
