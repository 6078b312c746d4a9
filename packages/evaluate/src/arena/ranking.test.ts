import { mt19937 } from "@glissade/core/random";
import { describe, expect, it } from "vitest";
import { binomial } from "./binomial.ts";
import type { PairCounts } from "./elo.ts";
import { rankContestants } from "./ranking.ts";

const pair = (wins: number, losses: number, ties = 0): PairCounts[] => [
  { first: 0, second: 1, wins, losses, ties },
];

describe("rankContestants", () => {
  it("has intervals as wide as the delta method says, for many votes", () => {
    const [wins, losses] = [600, 400];
    const { contestants } = rankContestants(["a", "b"], pair(wins, losses), { resamples: 4000 });
    const [low, high] = contestants[0]?.interval ?? [0, 0];
    // The score is half of 400 log10(p / (1 - p)); the share p deviates by sqrt(p (1 - p) / n).
    const deviation = 200 / Math.log(10) / Math.sqrt((wins + losses) * 0.6 * 0.4);
    expect(high - low).toBeGreaterThan(2 * 1.96 * deviation * 0.93);
    expect(high - low).toBeLessThan(2 * 1.96 * deviation * 1.07);
    expect((low + high) / 2).toBeCloseTo(contestants[0]?.score ?? 0, 0);
  });

  it("covers the truth about as often as it promises", () => {
    const word = mt19937(11);
    const uniform = () => word() / 2 ** 32;
    const truth = 200 * Math.log10(0.7 / 0.3);
    let covered = 0;
    for (let k = 0; k < 200; k++) {
      const wins = binomial(150, 0.7, uniform);
      const [low, high] = rankContestants(["a", "b"], pair(wins, 150 - wins), {
        resamples: 300,
        seed: k,
      }).contestants[0]?.interval ?? [0, 0];
      if (low <= truth && truth <= high) covered++;
    }
    expect(covered).toBeGreaterThan(178); // 190 expected; four deviations of 3.1
  });

  it("is the same again with the same seed, and another with another", () => {
    const rank = (seed: number) =>
      rankContestants(["a", "b"], pair(30, 20, 7), { seed }).contestants[0]?.interval;
    expect(rank(3)).toEqual(rank(3));
    expect(rank(3)).not.toEqual(rank(4));
  });

  it("counts what each has won, lost and tied, and expects as much", () => {
    const { contestants, winProbabilities, votes } = rankContestants(
      ["a", "b", "c"],
      [
        { first: 0, second: 1, wins: 6, losses: 2, ties: 4 },
        { first: 2, second: 0, wins: 5, losses: 5, ties: 1 },
      ],
    );
    expect(votes).toBe(23);
    expect(contestants.map(({ wins, losses, ties }) => [wins, losses, ties])).toEqual([
      [11, 7, 5],
      [2, 6, 4],
      [5, 5, 1],
    ]);
    expect(winProbabilities[0]?.[0]).toBe(0.5);
    expect(winProbabilities[0]?.[1]).toBeCloseTo(8 / 12, 9); // no circle: each pair's share is met
    expect((winProbabilities[1]?.[2] ?? 0) + (winProbabilities[2]?.[1] ?? 0)).toBeCloseTo(1, 12);
  });

  it("has no interval, and a note, where a side never lost", () => {
    const { contestants, notes } = rankContestants(["guided", "plain"], pair(9, 0));
    expect(contestants.map(({ interval }) => interval)).toEqual([null, null]);
    expect(notes).toEqual([
      {
        kind: "unbounded",
        contestants: ["guided", "plain"],
        message: expect.stringContaining("has not lost a vote"),
      },
    ]);
  });

  it("says where resamples are often one-sided", () => {
    const { contestants, notes } = rankContestants(["a", "b"], pair(9, 1));
    expect(notes.map(({ kind }) => kind)).toEqual(["sparse"]); // 0.9^10 = 35 %
    expect(notes[0]?.message).toMatch(/in 3[1-9] % of the resamples/);
    expect(contestants[0]?.interval?.[1]).toBeLessThan(1000);
  });

  it("does not compare what no votes connect", () => {
    const { contestants, winProbabilities, notes } = rankContestants(
      ["a", "b", "alone"],
      pair(5, 5),
    );
    expect(notes.map(({ kind }) => kind)).toContain("unconnected");
    expect(winProbabilities[2]).toEqual([null, null, 0.5]);
    expect(contestants[2]).toEqual({
      name: "alone",
      score: 0,
      interval: null,
      wins: 0,
      losses: 0,
      ties: 0,
    });
  });

  it("refuses options out of range", () => {
    expect(() => rankContestants(["a", "b"], pair(1, 1), { confidence: 95 })).toThrow(
      "between 0 and 1",
    );
    expect(() => rankContestants(["a", "b"], pair(1, 1), { resamples: 0 })).toThrow(
      "positive integer",
    );
    expect(() => rankContestants(["a", "b"], pair(1, 1), { seed: -1 })).toThrow("seed");
  });
});

/** log of n! by adding up. */
function logFactorial(n: number): number {
  let sum = 0;
  for (let k = 2; k <= n; k++) sum += Math.log(k);
  return sum;
}

describe("binomial", () => {
  it.each([
    [7, 0.3],
    [40, 0.9],
    [60, 0.4],
    [1000, 0.25],
    [5000, 0.001],
  ])(
    "has the distribution of %i trials with chance %d, by a chi-squared test",
    (trials, chance) => {
      const word = mt19937(5);
      const uniform = () => word() / 2 ** 32;
      const draws = 40_000;
      const seen = new Map<number, number>();
      for (let k = 0; k < draws; k++) {
        const drawn = binomial(trials, chance, uniform);
        seen.set(drawn, (seen.get(drawn) ?? 0) + 1);
      }
      let [statistic, cells] = [0, 0];
      let [expectedInTails, seenInTails] = [draws, draws];
      for (let k = 0; k <= trials; k++) {
        const logMass =
          logFactorial(trials) -
          logFactorial(k) -
          logFactorial(trials - k) +
          k * Math.log(chance) +
          (trials - k) * Math.log1p(-chance);
        const expected = draws * Math.exp(logMass);
        if (expected < 10) continue;
        statistic += ((seen.get(k) ?? 0) - expected) ** 2 / expected;
        expectedInTails -= expected;
        seenInTails -= seen.get(k) ?? 0;
        cells++;
      }
      expect(Math.abs(seenInTails - expectedInTails)).toBeLessThan(
        5 * Math.sqrt(expectedInTails + 1),
      );
      expect(statistic).toBeLessThan(cells + 4 * Math.sqrt(2 * cells));
      expect(cells).toBeGreaterThan(4);
    },
  );

  it("has no choice at the ends", () => {
    const uniform = () => 0.5;
    expect([binomial(9, 0, uniform), binomial(9, 1, uniform), binomial(0, 0.5, uniform)]).toEqual([
      0, 9, 0,
    ]);
  });
});
