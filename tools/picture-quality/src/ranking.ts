/** Whether the right thing came first, and whether it was among the first five. */
export interface Hits {
  readonly top1: boolean;
  readonly top5: boolean;
}

/**
 * Where the right thing lies among the scores of all of them.
 *
 * A tie counts against it: a judge that cannot tell has not told.
 */
export function hitsOf(scores: ArrayLike<number>, answer: number): Hits {
  const own = scores[answer] ?? Number.NEGATIVE_INFINITY;
  let better = 0;
  for (let i = 0; i < scores.length; i++) {
    if (i !== answer && (scores[i] ?? 0) >= own) better++;
  }
  return { top1: better === 0, top5: better < 5 };
}

/** The number of the best score. */
export function best(scores: ArrayLike<number>): number {
  let first = 0;
  for (let i = 1; i < scores.length; i++) if ((scores[i] ?? 0) > (scores[first] ?? 0)) first = i;
  return first;
}
