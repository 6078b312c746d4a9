import { glideTokenizer } from "@glissade/core/text";
import { describe, expect, it } from "vitest";
import { trainBytePairs } from "./byte-pair-training.ts";
import { tokenCounts, trainTokenizer } from "./tokenizer.ts";

describe("trainBytePairs", () => {
  it("merges as in the example of Sennrich et al. 2016", () => {
    const counts = new Map([
      ["low", 5],
      ["lower", 2],
      ["newest", 6],
      ["widest", 3],
    ]);
    const { merges } = trainBytePairs(counts, [..."delnorstwi"], 13);
    // e s (9), es t (9), l o (7), as in the paper without its end-of-word sign
    expect(merges).toEqual([
      ["e", "s"],
      ["es", "t"],
      ["l", "o"],
    ]);
  });

  it("merges a run of one letter from the left", () => {
    expect(trainBytePairs(new Map([["aaa", 2]]), ["a"], 3).tokens).toEqual(["a", "aa", "aaa"]);
  });

  it("agrees with counting all pairs anew before every merge", () => {
    const counts = new Map(
      Array.from({ length: 200 }, (_, k) => [(k * 7919 + 3 ** (k % 13)).toString(3), 1 + (k % 5)]),
    );
    const alphabet = ["0", "1", "2"];
    expect(trainBytePairs(counts, alphabet, 60).merges).toEqual(
      mergesByRecounting(counts, alphabet, 60),
    );
  });

  it("stops when no pair is left", () => {
    expect(trainBytePairs(new Map([["ab", 1]]), ["a", "b"], 100).tokens).toEqual(["a", "b", "ab"]);
  });
});

describe("trainTokenizer", () => {
  const captions = ["a red apple", "a green apple, 3d render", "3d render of an apple", "apples"];
  const file = trainTokenizer(captions, 270);
  const tokenizer = glideTokenizer(file);

  it("makes a file that core reads, with as many tokens as asked and the end of text last", () => {
    expect(tokenizer.vocabularySize).toBe(270);
    expect(tokenizer.endToken).toBe(269);
    expect(file.added_tokens?.[0]).toMatchObject({ id: 269, content: "<|endoftext|>" });
  });

  it.each(["a red apple", "A Red APPLE", "빨간 사과", "l'île, 42 «naïve» 🍎"])(
    "gives %j back in lower case",
    (text) => {
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text.toLowerCase());
    },
  );

  it("makes a frequent word one token", () => {
    expect(tokenizer.encode(" apple")).toHaveLength(1);
  });

  it("counts tokens", () => {
    expect(tokenCounts(["a", "b", "cd"], (text) => [...text].map(Number))).toEqual({
      mean: 4 / 3,
      p99: 1,
      max: 2,
    });
  });
});

/** The plainest byte-pair training: nothing is kept from one merge to the next. */
function mergesByRecounting(
  counts: ReadonlyMap<string, number>,
  alphabet: readonly string[],
  size: number,
): [string, string][] {
  const ids = new Map(alphabet.map((token, id) => [token, id]));
  let words = Array.from(counts, ([word, count]) => ({ symbols: [...word], count }));
  const merges: [string, string][] = [];
  while (ids.size < size) {
    const pairs = new Map<string, { pair: [string, string]; count: number }>();
    for (const { symbols, count } of words) {
      for (let i = 0; i + 1 < symbols.length; i++) {
        const pair: [string, string] = [symbols[i] ?? "", symbols[i + 1] ?? ""];
        pairs.set(pair.join(" "), { pair, count: count + (pairs.get(pair.join(" "))?.count ?? 0) });
      }
    }
    const idsOf = ([left, right]: [string, string]) =>
      [ids.get(left) ?? 0, ids.get(right) ?? 0] as const;
    const [best] = [...pairs.values()].sort(
      (a, b) =>
        b.count - a.count ||
        idsOf(a.pair)[0] - idsOf(b.pair)[0] ||
        idsOf(a.pair)[1] - idsOf(b.pair)[1],
    );
    if (!best) break;
    const [left, right] = best.pair;
    merges.push(best.pair);
    if (!ids.has(left + right)) ids.set(left + right, ids.size);
    words = words.map(({ symbols, count }) => ({ symbols: merged(symbols, left, right), count }));
  }
  return merges;
}

function merged(symbols: readonly string[], left: string, right: string): string[] {
  const result: string[] = [];
  for (let i = 0; i < symbols.length; i++) {
    if (symbols[i] === left && symbols[i + 1] === right) result.push(left + (symbols[++i] ?? ""));
    else result.push(symbols[i] ?? "");
  }
  return result;
}

describe("trainTokenizer where words are alike", () => {
  const captions = ["cat", "a cat", "cats, 3d render", "the cat"];
  const tokenizer = glideTokenizer(trainTokenizer(captions, 270, { wordsAreAlike: true }));

  it("has one token for a word at the beginning and within", () => {
    const [first] = tokenizer.encode("Cat");
    expect(tokenizer.encode("cat")).toHaveLength(1);
    expect(tokenizer.encode("a cat").at(-1)).toBe(first);
  });

  it("leaves an empty caption empty, and adds no second space", () => {
    expect(tokenizer.encode("")).toEqual([]);
    expect(tokenizer.encode(" cat")).toEqual(tokenizer.encode("cat"));
  });
});
