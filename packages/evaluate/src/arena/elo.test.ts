import { InvalidArgumentError } from "@glissade/core";
import { mt19937 } from "@glissade/core/random";
import { describe, expect, it } from "vitest";
import { eloScores, type PairCounts, winProbability } from "./elo.ts";

/** The loss as the field's notes print it, with the sign that gives winners the higher score. */
function loss(scores: ArrayLike<number>, counts: readonly PairCounts[]): number {
  const score = (i: number) => scores[i] ?? Number.NaN;
  return counts.reduce((sum, { first: i, second: j, wins, losses, ties }) => {
    const iBeatsJ = Math.log10(1 / (1 + 10 ** ((score(j) - score(i)) / 400)));
    const jBeatsI = Math.log10(1 / (1 + 10 ** ((score(i) - score(j)) / 400)));
    return sum - (wins + ties / 2) * iBeatsJ - (losses + ties / 2) * jBeatsI;
  }, 0);
}

/**
 * Finds the minimum by trying: one score at a time is moved while that helps, in ever smaller
 * steps.
 */
function bruteForce(size: number, counts: readonly PairCounts[]): number[] {
  const scores = new Array<number>(size).fill(0);
  for (let step = 128; step > 1e-4; step /= 2) {
    for (let hasMoved = true; hasMoved; ) {
      hasMoved = false;
      for (let i = 0; i < size; i++) {
        for (const sign of [-1, 1]) {
          const moved = scores.with(i, (scores[i] ?? 0) + sign * step);
          if (loss(moved, counts) >= loss(scores, counts) - 1e-13) continue;
          scores[i] = moved[i] ?? 0;
          hasMoved = true;
        }
      }
    }
  }
  const mean = scores.reduce((sum, score) => sum + score, 0) / size;
  return scores.map((score) => score - mean);
}

function randomCounts(size: number, seed: number): PairCounts[] {
  const word = mt19937(seed);
  return Array.from({ length: size }, (_, first) =>
    Array.from({ length: size - first - 1 }, (_, k) => ({
      first,
      second: first + k + 1,
      wins: word() % 30,
      losses: word() % 12,
      ties: word() % 5,
    })),
  ).flat();
}

const counts = (wins: number, losses: number, ties = 0): PairCounts[] => [
  { first: 0, second: 1, wins, losses, ties },
];

describe("eloScores", () => {
  it("gives the winner the higher score", () => {
    const { scores } = eloScores(3, [
      { first: 0, second: 1, wins: 2, losses: 8, ties: 0 },
      { first: 1, second: 2, wins: 3, losses: 7, ties: 0 },
    ]);
    expect([...scores]).toEqual([...scores].sort((a, b) => a - b));
    expect(scores[2]).toBeGreaterThan(0);
  });

  it.each([
    [75, 25, 0],
    [1, 999, 0],
    [3, 0, 5],
    [100_000, 1, 1],
  ])(
    "puts two contestants 400 log10(w1 / w2) apart, with their mean at 0: %i to %i, %i ties",
    (wins, losses, ties) => {
      const { scores, parts } = eloScores(2, counts(wins, losses, ties));
      const apart = 400 * Math.log10((wins + ties / 2) / (losses + ties / 2));
      expect(Math.abs((scores[0] ?? 0) - apart / 2)).toBeLessThan(1e-9);
      expect(Math.abs((scores[1] ?? 0) + apart / 2)).toBeLessThan(1e-9);
      expect(parts).toEqual([{ contestants: [0, 1], isBounded: true }]);
    },
  );

  it("counts a tie as half a win for each", () => {
    expect(eloScores(2, counts(10, 4, 6)).scores).toEqual(eloScores(2, counts(13, 7)).scores);
    expect([...eloScores(2, counts(0, 0, 9)).scores]).toEqual([0, 0]);
  });

  it.each([3, 5, 7])("finds the minimum that trying finds, for %i contestants", (size) => {
    const votes = randomCounts(size, size);
    const { scores } = eloScores(size, votes);
    for (const [i, score] of bruteForce(size, votes).entries())
      expect(Math.abs((scores[i] ?? 0) - score)).toBeLessThan(0.01);
  });

  it("is where the gradient vanishes: everyone has won as often as expected", () => {
    const votes = randomCounts(10, 1);
    const { scores } = eloScores(10, votes);
    for (let i = 0; i < 10; i++) {
      let surprise = 0;
      for (const { first, second, wins, losses, ties } of votes) {
        if (first !== i && second !== i) continue;
        const won = first === i ? wins + ties / 2 : losses + ties / 2;
        surprise +=
          won -
          (wins + losses + ties) *
            winProbability(scores[i] ?? 0, scores[first === i ? second : first] ?? 0);
      }
      expect(Math.abs(surprise)).toBeLessThan(1e-9);
    }
  });

  it("adds up votes on a pair that come in several pieces and either order", () => {
    const pieces = [...counts(5, 2), { first: 1, second: 0, wins: 3, losses: 6, ties: 1 }];
    expect(eloScores(2, pieces).scores[0]).toBeCloseTo(
      eloScores(2, counts(11, 5, 1)).scores[0] ?? 0,
      9,
    );
  });

  it("keeps scores finite and in order where a side never lost, and says so", () => {
    const lead = (wins: number) => {
      const { scores, parts } = eloScores(2, counts(wins, 0));
      expect(parts).toEqual([{ contestants: [0, 1], isBounded: false }]);
      return (scores[0] ?? 0) - (scores[1] ?? 0);
    };
    expect(lead(1)).toBeGreaterThan(100);
    expect(lead(10)).toBeGreaterThan(lead(1));
    // more than if one of the ten had been a tie
    expect(lead(10)).toBeGreaterThan(400 * Math.log10(9.5 / 0.5));
    expect(lead(100_000)).toBeLessThan(5000);
    expect(lead(10) * 0).toBe(0);
  });

  it("sees a group that never lost against the rest, though its members lost among themselves", () => {
    const { parts } = eloScores(4, [
      { first: 0, second: 1, wins: 3, losses: 2, ties: 0 },
      { first: 2, second: 3, wins: 1, losses: 2, ties: 0 },
      { first: 0, second: 2, wins: 4, losses: 0, ties: 0 },
    ]);
    expect(parts).toEqual([{ contestants: [0, 1, 2, 3], isBounded: false }]);
  });

  it("does not compare what no votes connect: each part has its own mean of 0", () => {
    const { scores, parts } = eloScores(5, [
      { first: 0, second: 3, wins: 3, losses: 1, ties: 0 },
      { first: 1, second: 2, wins: 9, losses: 1, ties: 0 },
      { first: 1, second: 4, wins: 0, losses: 0, ties: 0 },
    ]);
    expect(parts.map(({ contestants }) => contestants)).toEqual([[0, 3], [1, 2], [4]]);
    expect((scores[0] ?? 0) + (scores[3] ?? 0)).toBeCloseTo(0, 9);
    expect((scores[1] ?? 0) - (scores[2] ?? 0)).toBeCloseTo(400 * Math.log10(9), 9);
    expect(scores[4]).toBe(0);
  });

  it("refuses contestants that are not there, and counts below 0", () => {
    expect(() => eloScores(2, [{ first: 0, second: 2, wins: 1, losses: 1, ties: 0 }])).toThrow(
      InvalidArgumentError,
    );
    expect(() => eloScores(2, [{ first: 1, second: 1, wins: 1, losses: 1, ties: 0 }])).toThrow(
      "two different contestants",
    );
    expect(() => eloScores(2, counts(-1, 0))).toThrow("at least 0");
    expect(() => eloScores(0, [])).toThrow("positive integer");
  });
});
