import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { measureMatching, type WordMatcher, wordMatcher, wordsOf } from "./word-matching.ts";
import { readWordVectors, type WordVectors, writeWordVectors } from "./word-vectors.ts";

const words = ["dog", "car", "cat", "terrier", "limousine", "justice"];
const vectors = [
  [2, 0, 0.1],
  [0, 3, 0],
  [0.5, -2, 0],
  [1.9, 0, 0.2],
  [0.1, 2.5, 0],
  [0, 0, -4],
];

let folder: string;
let known: WordVectors;
let matcher: WordMatcher;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "word-vectors-"));
  const path = join(folder, "vectors.safetensors");
  const tokenWords = new Map([
    [300, "car"],
    [301, "zzyzx"],
  ]);
  await writeWordVectors(path, { words, vectors, tokenWords, source: "a test" });
  known = await readWordVectors(path);
  matcher = wordMatcher(known);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("writeWordVectors", () => {
  it("keeps directions, at length 1, within what a byte can say", () => {
    const vector = [...(known.vectorOf("dog") ?? [])];
    expect(Math.hypot(...vector)).toBeCloseTo(1, 2);
    expect(vector[0]).toBeCloseTo(2 / Math.hypot(2, 0.1), 2);
    expect(known.vectorOf("zzyzx")).toBeUndefined();
  });

  it("keeps which token is which word, where it has one", () => {
    expect([...known.tokenWords]).toEqual([[300, "car"]]);
  });
});

describe("wordMatcher", () => {
  it("gives a name its own thing", () => {
    expect(matcher.nearest("a kitten")[0]).toMatchObject({ thing: { name: "cat" }, similarity: 1 });
  });

  it("gives a word that is no name the nearest thing", () => {
    expect(matcher.nearest("picture of a terrier")[0]?.thing.name).toBe("dog");
    expect(matcher.nearest("a limousine")[0]?.thing.name).toBe("car");
  });

  it("gives nothing for words without a vector", () => {
    expect(matcher.nearest("wolfhound")).toEqual([]);
  });
});

it("measures what is right, wrong, and mistaken", () => {
  const texts = [
    { text: "terrier", things: ["dog"] },
    { text: "limousine", things: ["taxi"] },
    { text: "justice", things: [] },
  ];
  expect(measureMatching(matcher, texts, 0.9)).toEqual({
    meant: 2,
    right: 1,
    wrong: 1,
    others: 1,
    mistaken: 0,
  });
});

it("takes the letters of a text for its words", () => {
  expect(wordsOf("A T-Rex, please")).toEqual(["a", "t", "rex", "please"]);
});
