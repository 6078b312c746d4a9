import type { Score } from "./judge-files.ts";
import { best, type Hits, hitsOf } from "./ranking.ts";

export const noScore: Score = { images: 0, top1: 0, top5: 0 };

/** One more image. */
export function addHits({ images, top1, top5 }: Score, hits: Hits): Score {
  return { images: images + 1, top1: top1 + Number(hits.top1), top5: top5 + Number(hits.top5) };
}

/** Several counts together. */
export function sumOf(scores: readonly Score[]): Score {
  return scores.reduce(
    (sum, { images, top1, top5 }) => ({
      images: sum.images + images,
      top1: sum.top1 + top1,
      top5: sum.top5 + top5,
    }),
    noScore,
  );
}

/** Counts as shares of the images. */
export interface Shares {
  readonly top1: number;
  readonly top5: number;
  readonly images: number;
}

export function sharesOf({ images, top1, top5 }: Score): Shares {
  const share = (count: number) => (images === 0 ? 0 : count / images);
  return { top1: share(top1), top5: share(top5), images };
}

/** What the judge says of the images of one prompt. */
export interface PromptVerdict {
  readonly prompt: string;
  readonly thing: string | null;
  /** No images where the prompt's thing is nothing that is judged. */
  readonly score: Score;
  /** What each image looks most like. */
  readonly seen: readonly string[];
}

/**
 * @param rows what the judge gave, one row an image
 * @param answer the number of the right thing
 * @param things the names of all
 */
export function verdictOn(
  { prompt, thing }: Pick<PromptVerdict, "prompt" | "thing">,
  rows: readonly ArrayLike<number>[],
  answer: number | undefined,
  things: readonly string[],
): PromptVerdict {
  const seen = rows.map((row) => things[best(row)] ?? "");
  const hits = answer === undefined ? [] : rows.map((row) => hitsOf(row, answer));
  return { prompt, thing, score: hits.reduce(addHits, noScore), seen };
}
