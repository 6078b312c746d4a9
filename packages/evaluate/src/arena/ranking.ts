import { InvalidArgumentError } from "@glissade/core";
import { assertSeed, mt19937 } from "@glissade/core/random";
import { assertPositiveInteger } from "@glissade/graph";
import { binomial } from "./binomial.ts";
import {
  type EloPart,
  eloScores,
  hasMaximum,
  type PairCounts,
  scorePart,
  winProbability,
} from "./elo.ts";

export interface RankingOptions {
  /** Of the resampling. Default: 0. */
  readonly seed?: number;
  /** How often the votes are resampled for the intervals, up to 100,000. Default: 1,000. */
  readonly resamples?: number;
  /** Between 0 and 1. Default: 0.95. */
  readonly confidence?: number;
}

export interface RankedContestant {
  readonly name: string;
  /** Elo points; the mean of those that can be compared is 0. */
  readonly score: number;
  /**
   * Percentiles of the score over resampled votes; null where the votes give none: without votes,
   * or where the likelihood has no maximum.
   */
  readonly interval: readonly [low: number, high: number] | null;
  readonly wins: number;
  readonly losses: number;
  readonly ties: number;
}

/** What a reader of the numbers has to know. */
export interface RankingNote {
  /**
   * `unconnected`: no votes connect some with others, whose scores do not compare. `unbounded`:
   * some never lost against the others, so that their lead has no upper end and was bounded by a
   * prior. `sparse`: that holds for many of the resamples, so that an end of an interval is the
   * prior's.
   */
  readonly kind: "unconnected" | "unbounded" | "sparse";
  readonly contestants: readonly string[];
  readonly message: string;
}

export interface Ranking {
  /** In the order of the names. */
  readonly contestants: readonly RankedContestant[];
  /**
   * [i][j]: the chance that i beats j, ties counted half; 0.5 on the diagonal, null where the two
   * cannot be compared.
   */
  readonly winProbabilities: readonly (readonly (number | null)[])[];
  readonly votes: number;
  readonly notes: readonly RankingNote[];
}

/** Where more resamples than this are without a maximum, an interval's end is the prior's. */
const sparseShare = 0.025;

/**
 * Ranks contestants by Elo scores with bootstrap intervals. Works on counts, so that it takes no
 * longer for a million votes than for a hundred.
 *
 * @param names of the contestants, in the order of their numbers
 * @throws InvalidArgumentError for counts below 0, contestants that are not there, or options out
 * of range
 * @example
 * ```ts
 * const { contestants } = rankContestants(["s = 1", "s = 3"], [{ first: 0, second: 1, wins: 20, losses: 70, ties: 10 }]);
 * ```
 */
export function rankContestants(
  names: readonly string[],
  counts: readonly PairCounts[],
  { seed = 0, resamples = 1000, confidence = 0.95 }: RankingOptions = {},
): Ranking {
  assertSeed(seed);
  assertPositiveInteger("resamples", resamples);
  if (resamples > 100_000)
    throw new InvalidArgumentError({
      argument: "resamples",
      received: resamples,
      expected: "at most 100,000",
    });
  if (!(confidence > 0 && confidence < 1))
    throw new InvalidArgumentError({
      argument: "confidence",
      received: confidence,
      expected: "a number between 0 and 1",
    });
  const { scores, parts } = eloScores(names.length, counts);
  const compared = parts.filter(({ contestants }) => contestants.length > 1);
  const bootstraps = new Map(
    compared
      .filter(({ isBounded }) => isBounded)
      .map((part) => [part, bootstrap(scores, part, counts, { seed, resamples, confidence })]),
  );
  const contestants = names.map((name, contestant): RankedContestant => {
    const part = parts.find((candidate) => candidate.contestants.includes(contestant));
    return {
      name,
      score: scores[contestant] ?? 0,
      interval: (part && bootstraps.get(part)?.intervals.get(contestant)) ?? null,
      ...ownCounts(contestant, counts),
    };
  });
  const partOf = (contestant: number) =>
    parts.findIndex((part) => part.contestants.includes(contestant));
  return {
    contestants,
    winProbabilities: contestants.map((row, i) =>
      contestants.map((column, j) =>
        partOf(i) === partOf(j) ? winProbability(row.score, column.score) : null,
      ),
    ),
    votes: votesIn(counts),
    notes: [
      ...unconnectedNote(names, parts),
      ...compared.filter(({ isBounded }) => !isBounded).map((part) => unboundedNote(names, part)),
      ...[...bootstraps].flatMap(([part, { withoutMaximum }]) =>
        sparseNote(names, part, withoutMaximum / resamples),
      ),
    ],
  };
}

interface Bootstrap {
  readonly intervals: ReadonlyMap<number, readonly [number, number]>;
  /** How many resamples had no maximum, and were scored with the prior. */
  readonly withoutMaximum: number;
}

/** Draws as many votes as there are, with replacement, and scores them, again and again. */
function bootstrap(
  scores: Float64Array,
  { contestants }: EloPart,
  counts: readonly PairCounts[],
  { seed, resamples, confidence }: Required<RankingOptions>,
): Bootstrap {
  const own = counts.filter(
    ({ first, wins, losses, ties }) => contestants.includes(first) && wins + losses + ties > 0,
  );
  const uniform = uniformNumbers(seed);
  let withoutMaximum = 0;
  const draws = Array.from({ length: resamples }, () => {
    const resampled = resample(own, uniform);
    const isBounded = hasMaximum(contestants, resampled);
    if (!isBounded) withoutMaximum++;
    const rescored = scores.slice(); // the search begins at the scores of all votes, near by
    scorePart(rescored, contestants, resampled, isBounded);
    return rescored;
  });
  const tail = (1 - confidence) / 2;
  const intervals = contestants.map((contestant) => {
    const sorted = Float64Array.from(draws, (rescored) => rescored[contestant] ?? 0).sort();
    return [contestant, [quantile(sorted, tail), quantile(sorted, 1 - tail)]] as const;
  });
  return { intervals: new Map(intervals), withoutMaximum };
}

/** A multinomial draw over wins, losses and ties of all pairs, as a chain of binomial ones. */
function resample(counts: readonly PairCounts[], uniform: () => number): PairCounts[] {
  let left = votesIn(counts); // to be drawn
  let rest = left; // of the votes drawn from, those in categories to come
  const draw = (count: number) => {
    const drawn = rest > 0 ? binomial(left, count / rest, uniform) : 0;
    left -= drawn;
    rest -= count;
    return drawn;
  };
  return counts.map(({ first, second, wins, losses, ties }) => ({
    first,
    second,
    wins: draw(wins),
    losses: draw(losses),
    ties: draw(ties),
  }));
}

/** 53 bits each. */
function uniformNumbers(seed: number): () => number {
  const word = mt19937(seed);
  return () => ((word() >>> 5) * 2 ** 26 + (word() >>> 6)) / 2 ** 53;
}

/** Interpolated between the two nearest values. */
function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] ?? 0;
  return low + (position - below) * ((sorted[below + 1] ?? low) - low);
}

function votesIn(counts: readonly PairCounts[]): number {
  return counts.reduce((sum, { wins, losses, ties }) => sum + wins + losses + ties, 0);
}

function ownCounts(contestant: number, counts: readonly PairCounts[]) {
  let [wins, losses, ties] = [0, 0, 0];
  for (const pair of counts) {
    if (pair.first !== contestant && pair.second !== contestant) continue;
    const isFirst = pair.first === contestant;
    wins += isFirst ? pair.wins : pair.losses;
    losses += isFirst ? pair.losses : pair.wins;
    ties += pair.ties;
  }
  return { wins, losses, ties };
}

function namesOf(names: readonly string[], { contestants }: EloPart): string[] {
  return contestants.map((contestant) => names[contestant] ?? "");
}

function unconnectedNote(names: readonly string[], parts: readonly EloPart[]): RankingNote[] {
  if (parts.length < 2) return [];
  const groups = parts.map((part) => namesOf(names, part).join(", "));
  const message = `No votes connect these groups, so that scores compare within each only: ${groups.join(" | ")}.`;
  return [{ kind: "unconnected", contestants: [...names], message }];
}

function unboundedNote(names: readonly string[], part: EloPart): RankingNote {
  const contestants = namesOf(names, part);
  const message = `Among ${contestants.join(", ")} a side has not lost a vote yet: the votes do not say how far ahead it is. Scores are kept finite by a prior and have no interval.`;
  return { kind: "unbounded", contestants, message };
}

function sparseNote(names: readonly string[], part: EloPart, share: number): RankingNote[] {
  if (share <= sparseShare) return [];
  const contestants = namesOf(names, part);
  const message = `Few votes among ${contestants.join(", ")}: in ${Math.round(share * 100)} % of the resamples a side never lost, so that the intervals' ends lie where a prior puts them.`;
  return [{ kind: "sparse", contestants, message }];
}
