import { InvalidArgumentError } from "@glissade/core";
import { CholeskyDecomposition, Matrix } from "ml-matrix";

/** The votes on one pair of contestants, counted. */
export interface PairCounts {
  /** Numbers of two different contestants, from 0. */
  readonly first: number;
  readonly second: number;
  /** Votes for `first`. */
  readonly wins: number;
  /** Votes for `second`. */
  readonly losses: number;
  /** Half a win for each. */
  readonly ties: number;
}

export interface EloScores {
  /**
   * One a contestant. A score means something beside others of the same part only, whose mean is 0.
   */
  readonly scores: Float64Array;
  readonly parts: readonly EloPart[];
}

/**
 * Contestants that votes connect, directly or through others: two of different parts cannot be
 * compared.
 */
export interface EloPart {
  /** Numbers of contestants, ascending. */
  readonly contestants: readonly number[];
  /**
   * Whether the votes alone say how far the scores lie apart. They do not where some of the
   * contestants never lost a vote, not even half of one, against the others: the likelihood then
   * grows without end with their distance. The scores of such a part have a prior, see `eloScores`.
   */
  readonly isBounded: boolean;
}

/** Elo points in one unit of the logistic function. */
const pointsPerLogit = 400 / Math.log(10);

/**
 * Standard deviation, in Elo points, of the normal prior where the likelihood has no maximum: ten
 * wins of ten are then about 790 points, against 511 for 9.5.
 */
const priorDeviation = 800;

const convergedBelow = 1e-9; // Elo points
const mostSteps = 100;

/**
 * Elo scores by maximum likelihood: those that minimise -sum_ij A_ij log(1 / (1 + 10^((s_j - s_i) /
 * 400))), where A_ij is how often i beat j and a tie counts half for each. (The paper prints s_i -
 * s_j, which would give winners the lower score and contradicts its own tables.) Newton's method,
 * to 1e-9 points.
 *
 * Where the maximum does not exist because a side never lost, the scores of that part are those
 * with a normal prior of mean 0 and deviation 800, which keeps them finite; `isBounded` is false
 * there. Elsewhere there is no prior.
 *
 * @param size how many contestants there are
 * @param counts any order; of one pair as many as there are
 * @throws InvalidArgumentError for a count below 0, or a contestant that is not there
 * @see Nichol et al. 2022, GLIDE, arXiv 2112.10741, appendix A.1; Ford 1957 for when the maximum
 * exists
 * @example `eloScores(2, [{ first: 0, second: 1, wins: 75, losses: 25, ties: 0 }]).scores // [95.4,
 * -95.4]: 400 log10(3) apart`
 */
export function eloScores(size: number, counts: readonly PairCounts[]): EloScores {
  assertCounts(size, counts);
  const scores = new Float64Array(size);
  const parts = connectedParts(size, counts).map((contestants): EloPart => {
    const isBounded = hasMaximum(contestants, counts);
    scorePart(scores, contestants, counts, isBounded);
    return { contestants, isBounded };
  });
  return { scores, parts };
}

/**
 * P(i beats j) = 1 / (1 + 10^((s_j - s_i) / 400)): what is expected of a vote, ties counted half.
 */
export function winProbability(score: number, other: number): number {
  return 1 / (1 + 10 ** ((other - score) / 400));
}

/**
 * Scores the contestants of one part in place, from where they are; with the prior where there is
 * no maximum.
 */
export function scorePart(
  scores: Float64Array,
  contestants: readonly number[],
  counts: readonly PairCounts[],
  isBounded: boolean,
): void {
  const place = new Map(contestants.map((contestant, index) => [contestant, index]));
  const duels = counts.flatMap(({ first, second, wins, losses, ties }): Duel[] => {
    const [i, j] = [place.get(first), place.get(second)];
    return i === undefined || j === undefined
      ? []
      : [{ i, j, for: wins + ties / 2, against: losses + ties / 2 }];
  });
  const logits = contestants.map((contestant) => at(scores, contestant) / pointsPerLogit);
  const found = maximiseLikelihood(
    logits,
    duels,
    isBounded ? 0 : (pointsPerLogit / priorDeviation) ** 2,
  );
  const mean = found.reduce((sum, logit) => sum + logit, 0) / found.length;
  for (const [index, contestant] of contestants.entries())
    scores[contestant] = ((found[index] ?? 0) - mean) * pointsPerLogit;
}

/**
 * Whether every contestant of a part can be reached from each other by going from losers to
 * winners: exactly then the likelihood has a maximum.
 */
export function hasMaximum(contestants: readonly number[], counts: readonly PairCounts[]): boolean {
  const [start = 0] = contestants;
  const beaten = counts.flatMap(({ first, second, wins, losses, ties }) => [
    ...(wins + ties > 0 ? [[first, second] as const] : []),
    ...(losses + ties > 0 ? [[second, first] as const] : []),
  ]);
  const downwards = reached(start, beaten).size;
  const upwards = reached(
    start,
    beaten.map(([winner, loser]) => [loser, winner]),
  ).size;
  return downwards === contestants.length && upwards === contestants.length;
}

/** Two places in a part and what each has won. */
interface Duel {
  readonly i: number;
  readonly j: number;
  readonly for: number;
  readonly against: number;
}

/**
 * Damped Newton steps: the negative log-likelihood is convex, so that halving a step that went too
 * far is enough.
 */
function maximiseLikelihood(
  start: readonly number[],
  duels: readonly Duel[],
  precision: number,
): number[] {
  let logits = [...start];
  let loss = lossOf(logits, duels, precision);
  for (let step = 0; step < mostSteps; step++) {
    const direction = newtonDirection(logits, duels, precision);
    const size = Math.max(...direction.map(Math.abs));
    const rounding = 1e-13 * (1 + Math.abs(loss));
    for (let scale = 1; ; scale /= 2) {
      const moved = logits.map((logit, i) => logit + scale * (direction[i] ?? 0));
      const next = lossOf(moved, duels, precision);
      if (next > loss + rounding && scale > 1e-9) continue;
      logits = moved;
      loss = next;
      break;
    }
    if (size * pointsPerLogit < convergedBelow) break;
  }
  return logits;
}

function lossOf(logits: readonly number[], duels: readonly Duel[], precision: number): number {
  let loss = 0;
  for (const duel of duels) {
    const lead = at(logits, duel.i) - at(logits, duel.j);
    loss += duel.for * softplus(-lead) + duel.against * softplus(lead);
  }
  return loss + (precision / 2) * logits.reduce((sum, logit) => sum + logit * logit, 0);
}

/** log(1 + e^x) without overflow. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/**
 * Minus the inverse Hessian times the gradient. A constant moves no probability; 1/n in every entry
 * makes the Hessian definite, and the step's mean 0.
 */
function newtonDirection(
  logits: readonly number[],
  duels: readonly Duel[],
  precision: number,
): number[] {
  const size = logits.length;
  const hessian = Array.from({ length: size }, (_, i) =>
    Float64Array.from({ length: size }, (_, j) => 1 / size + (i === j ? precision : 0)),
  );
  const descent = logits.map((logit) => -precision * logit);
  const add = (i: number, j: number, value: number) => {
    const row = hessian[i];
    if (row) row[j] = at(row, j) + value;
  };
  for (const { i, j, for: won, against } of duels) {
    const chance = 1 / (1 + Math.exp(at(logits, j) - at(logits, i)));
    const surprise = won - (won + against) * chance;
    const curvature = (won + against) * chance * (1 - chance);
    descent[i] = at(descent, i) + surprise;
    descent[j] = at(descent, j) - surprise;
    add(i, i, curvature);
    add(j, j, curvature);
    add(i, j, -curvature);
    add(j, i, -curvature);
  }
  return new CholeskyDecomposition(hessian).solve(Matrix.columnVector(descent)).to1DArray();
}

/** Each list ascending, in the order of their first contestants. */
function connectedParts(size: number, counts: readonly PairCounts[]): number[][] {
  const edges = counts
    .filter(({ wins, losses, ties }) => wins + losses + ties > 0)
    .flatMap(({ first, second }) => [[first, second] as const, [second, first] as const]);
  const seen = new Set<number>();
  const parts: number[][] = [];
  for (let start = 0; start < size; start++) {
    if (seen.has(start)) continue;
    const part = [...reached(start, edges)].sort((a, b) => a - b);
    for (const contestant of part) seen.add(contestant);
    parts.push(part);
  }
  return parts;
}

function reached(
  start: number,
  edges: readonly (readonly [from: number, to: number])[],
): Set<number> {
  const next = new Map<number, number[]>();
  for (const [from, to] of edges) {
    const known = next.get(from);
    if (known) known.push(to);
    else next.set(from, [to]);
  }
  const found = new Set([start]);
  // a set's loop goes on to what is added on the way
  for (const contestant of found) for (const other of next.get(contestant) ?? []) found.add(other);
  return found;
}

function assertCounts(size: number, counts: readonly PairCounts[]): void {
  if (!Number.isSafeInteger(size) || size < 1)
    throw new InvalidArgumentError({
      argument: "size",
      received: size,
      expected: "a positive integer",
    });
  for (const [index, { first, second, wins, losses, ties }] of counts.entries()) {
    const isThere = (contestant: number) =>
      Number.isInteger(contestant) && contestant >= 0 && contestant < size;
    if (!isThere(first) || !isThere(second) || first === second)
      throw new InvalidArgumentError({
        argument: `counts[${index}]`,
        received: [first, second],
        expected: `two different contestants from 0 to ${size - 1}`,
      });
    if (![wins, losses, ties].every((count) => Number.isFinite(count) && count >= 0))
      throw new InvalidArgumentError({
        argument: `counts[${index}]`,
        received: [wins, losses, ties],
        expected: "counts of at least 0",
      });
  }
}

/** Indices are made by the loops above and lie inside. */
function at(values: ArrayLike<number>, index: number): number {
  return values[index] as number;
}
