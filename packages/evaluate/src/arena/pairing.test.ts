import { InvalidArgumentError } from "@glissade/core";
import { describe, expect, it } from "vitest";
import { createPairing, type Pair, type Pairing, type PairingOptions } from "./pairing.ts";

const images = (count: number) => Array.from({ length: count }, (_, k) => `${k}.png`);

const contest = ({
  contestants = ["a", "b", "c"],
  count = 12,
  questions = ["photorealism"],
  seed = 0,
} = {}): PairingOptions => ({
  contestants,
  questions: new Map(questions.map((question) => [question, images(count)])),
  seed,
});

/** A rater who votes on what he is dealt, one after the other. */
function judge(pairing: Pairing, rater: string, votes: number): Pair[] {
  const judged: Pair[] = [];
  for (let k = 0; k < votes; k++) {
    const [pair] = pairing.next({ rater, count: 1, judged });
    if (!pair) break;
    pairing.count(pair);
    judged.push(pair);
  }
  return judged;
}

const matchOf = ({ question, image, left, right }: Pair) =>
  JSON.stringify([question, image, ...[left, right].sort()]);

function tally<T>(values: readonly T[]): number[] {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts.values()];
}

describe("createPairing", () => {
  it("shows a rater every pair once, and then none", () => {
    const pairing = createPairing(contest());
    const judged = judge(pairing, "ada", 100);
    expect(pairing.total).toBe(3 * 12);
    expect(judged).toHaveLength(36);
    expect(new Set(judged.map(matchOf)).size).toBe(36);
    expect(judged.every(({ left, right }) => left !== right)).toBe(true);
  });

  it("spreads votes evenly over pairs of contestants and over images, at every moment", () => {
    const pairing = createPairing(contest());
    const judged = judge(pairing, "ada", 36);
    for (const length of [6, 12, 21, 30]) {
      const duels = tally(
        judged.slice(0, length).map(({ left, right }) => [left, right].sort().join()),
      );
      expect(Math.max(...duels) - Math.min(...duels)).toBeLessThanOrEqual(1);
    }
    const shown = tally(judged.slice(0, 12).map(({ image }) => image));
    expect(shown).toHaveLength(12); // each once before any twice
  });

  it("gives several raters what has the fewest votes", () => {
    const pairing = createPairing(contest());
    const raters = ["ada", "ben", "cleo"].map((rater) => ({ rater, judged: [] as Pair[] }));
    const all: string[] = [];
    for (let k = 0; k < 24; k++) {
      for (const { rater, judged } of raters) {
        const [pair] = pairing.next({ rater, count: 1, judged });
        if (!pair) throw new Error("there are pairs left");
        pairing.count(pair);
        judged.push(pair);
        all.push(matchOf(pair));
      }
    }
    expect(new Set(all.slice(0, 36)).size).toBe(36); // none has a second vote before all have one
    const counts = tally(all);
    expect(counts).toHaveLength(36);
    // two each, but nobody sees a pair again to make it even
    expect(Math.max(...counts)).toBeLessThanOrEqual(3);
  });

  it("deals the same again with the same seed, and other orders and sides with another, or to another rater", () => {
    const deal = (seed: number, rater: string) =>
      judge(createPairing(contest({ seed })), rater, 36);
    expect(deal(1, "ada")).toEqual(deal(1, "ada"));
    expect(deal(1, "ada")).not.toEqual(deal(2, "ada"));
    expect(deal(1, "ada")).not.toEqual(deal(1, "ben"));
  });

  it("puts each contestant on either side about equally often", () => {
    const judged = judge(
      createPairing(contest({ contestants: ["a", "b"], count: 400 })),
      "ada",
      400,
    );
    const left = judged.filter(({ left }) => left === "a").length;
    expect(Math.abs(left - 200)).toBeLessThan(40); // four standard deviations
    const inARow = judged.filter(({ left }, k) => k > 0 && judged[k - 1]?.left === left).length;
    expect(Math.abs(inARow - 200)).toBeLessThan(40);
  });

  it("does not deal in the images' order", () => {
    const judged = judge(createPairing(contest({ contestants: ["a", "b"], count: 30 })), "ada", 30);
    const order = judged.map(({ image }) => Number.parseInt(image, 10));
    expect(order).not.toEqual([...order].sort((a, b) => a - b));
  });

  it("deals no pair that the page holds already, and spreads what is dealt ahead", () => {
    const pairing = createPairing(contest());
    const held = pairing.next({ rater: "ada", count: 6, judged: [] });
    const more = pairing.next({ rater: "ada", count: 6, judged: [], held });
    expect(new Set([...held, ...more].map(matchOf)).size).toBe(12);
    expect(tally([...held, ...more].map(({ left, right }) => [left, right].sort().join()))).toEqual(
      [4, 4, 4],
    );
    expect(pairing.next({ rater: "ada", count: 40, judged: [] })).toHaveLength(36);
  });

  it("asks questions in blocks of ten, and goes on with one when the other is through", () => {
    const pairing = createPairing(
      contest({ contestants: ["a", "b"], count: 14, questions: ["photorealism", "caption"] }),
    );
    const asked = judge(pairing, "ada", 100).map(({ question }) => question[0]);
    expect(asked.join("")).toBe("pppppppppp" + "cccccccccc" + "pppp" + "cccc");
  });

  it("deals a pair again after its vote was taken back", () => {
    const pairing = createPairing(contest({ contestants: ["a", "b"], count: 5 }));
    const judged = judge(pairing, "ada", 5);
    const [undone, ...rest] = judged;
    if (!undone) throw new Error("there is one");
    pairing.count(undone, -1);
    expect(pairing.next({ rater: "ada", count: 2, judged: rest }).map(matchOf)).toEqual([
      matchOf(undone),
    ]);
    expect(pairing.next({ rater: "ben", count: 1, judged: [] }).map(matchOf)).toEqual([
      matchOf(undone),
    ]);
  });

  it("ignores votes on what is not there, and knows a pair either way round", () => {
    const pairing = createPairing(contest());
    const pair = { question: "photorealism", image: "3.png", left: "c", right: "a" };
    expect(pairing.has(pair)).toBe(true);
    for (const other of [
      { question: "caption" },
      { image: "99.png" },
      { left: "z" },
      { left: "a" },
    ]) {
      expect(pairing.has({ ...pair, ...other })).toBe(false);
      pairing.count({ ...pair, ...other });
    }
    expect(judge(pairing, "ada", 100)).toHaveLength(36);
  });

  it("refuses more pairs than it can count, and seeds that are none", () => {
    const contestants = Array.from({ length: 64 }, (_, k) => `${k}`);
    expect(() => createPairing(contest({ contestants, count: 3000 }))).toThrow(
      "at most 4194304 pairs",
    );
    expect(() => createPairing(contest({ seed: 1.5 }))).toThrow(InvalidArgumentError);
  });
});
