import { mkdtemp, rm, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidArgumentError, UnknownNameError } from "@glissade/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeTinyData } from "./__fixtures__/tiny-data.ts";
import { manifestPath } from "./data-folder.ts";
import { type EmojiData, openEmojiData } from "./emoji-data.ts";
import { DataFolderError } from "./errors.ts";
import { heldOutExamples } from "./held-out-examples.ts";
import type { PictureRecord } from "./picture-record.ts";
import { isHeldOutColor, isHeldOutCount, isHeldOutPair } from "./splits.ts";
import { trainingCaptions } from "./training-captions.ts";

let folder: string;
let records: PictureRecord[];
let data: EmojiData;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "emoji-data-"));
  records = await writeTinyData(folder);
  data = await openEmojiData({ folder, side: 32, seed: 7, scenes: 0.5 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("openEmojiData", () => {
  it("gives the same examples whether they are asked for at once or apart, and after being opened again", async () => {
    const whole = await data.batch(10, 6);
    const again = await openEmojiData({ folder, side: 32, seed: 7, scenes: 0.5 });
    await again.batch(999, 3);
    const [first, rest] = [await again.batch(10, 2), await again.batch(12, 4)];
    expect([...first.captions, ...rest.captions]).toEqual(whole.captions);
    expect(Float32Array.of(...first.images.data, ...rest.images.data)).toEqual(whole.images.data);
  });

  it("gives other examples for another seed", async () => {
    const other = await openEmojiData({ folder, side: 32, seed: 8, scenes: 0.5 });
    expect((await other.batch(0, 20)).captions).not.toEqual((await data.batch(0, 20)).captions);
  });

  it("gives pictures of the side asked for, from -1 to 1", async () => {
    const large = await openEmojiData({ folder, side: 64, seed: 7 });
    const { images } = await large.batch(0, 3);
    expect(images.dims).toEqual([3, 3, 64, 64]);
    expect(Math.min(...images.data)).toBeGreaterThanOrEqual(-1);
    expect(Math.max(...images.data)).toBeLessThanOrEqual(1);
  });

  it("never shows what is held out: pictures, colours, pairs, counts", () => {
    const kinds = new Set<string>();
    for (let number = 0; number < 3000; number++) {
      const example = data.example(number);
      const items = "items" in example ? example.items : [example];
      for (const { picture, color } of items) {
        expect(picture.split).toBe("train");
        if (color) expect(isHeldOutColor(picture.label, color)).toBe(false);
      }
      if (!("items" in example)) continue;
      kinds.add(example.kind);
      const [first, second] = items.map(({ picture }) => picture.label);
      if (example.kind === "pair") expect(isHeldOutPair(first ?? "", second ?? "")).toBe(false);
      if (example.kind === "count")
        expect(isHeldOutCount(first ?? "", example.caption.split(" ")[0] ?? "")).toBe(false);
    }
    expect(kinds).toEqual(new Set(["place", "pair", "count", "plain"]));
  });

  it("lays the first of a pair on the side that the caption says", () => {
    for (let number = 0; number < 3000; number++) {
      const example = data.example(number);
      if (!("items" in example) || example.kind !== "pair") continue;
      const [first, second] = example.items;
      if (!first || !second) throw new Error("a pair of one");
      if (/ to the left of /.test(example.caption))
        expect(first.centerX).toBeLessThan(second.centerX - 0.3);
      if (/ to the right of /.test(example.caption))
        expect(first.centerX).toBeGreaterThan(second.centerX + 0.3);
      if (/ above /.test(example.caption)) expect(first.centerY).toBeLessThan(second.centerY - 0.3);
      if (/ below /.test(example.caption))
        expect(first.centerY).toBeGreaterThan(second.centerY + 0.3);
    }
  });

  it("shows kinds in proportion to their weights, and none of weight 0", async () => {
    const weighted = await openEmojiData({
      folder,
      side: 32,
      seed: 1,
      scenes: 0,
      weights: { glyph: 0 },
    });
    const shown = Array.from({ length: 300 }, (_, number) => weighted.example(number));
    expect(
      shown.every((example) => "picture" in example && example.picture.kind === "object"),
    ).toBe(true);
  });

  it("goes through a held-out part in order", async () => {
    const val = await openEmojiData({ folder, side: 32, seed: 1, split: "val" });
    const expected = records.filter(({ split }) => split === "val");
    expect(val.size).toBe(expected.length);
    const labels = expected
      .map((_, number) => val.example(number))
      .map((example) => ("picture" in example ? example.picture : undefined));
    expect(labels).toEqual(expected);
  });

  it("says what is wrong with its options", async () => {
    await expect(openEmojiData({ folder, side: 32, seed: -1 })).rejects.toThrow(
      InvalidArgumentError,
    );
    await expect(openEmojiData({ folder, side: 32, seed: 1, scenes: 2 })).rejects.toThrow(/scenes/);
    await expect(
      openEmojiData({ folder, side: 32, seed: 1, weights: { glyph: -1 } }),
    ).rejects.toThrow(/weights\.glyph/);
    await expect(
      openEmojiData({ folder, side: 32, seed: 1, split: "test" as "val" }),
    ).rejects.toThrow(UnknownNameError);
    await expect(data.batch(0.5, 1)).rejects.toThrow(/start/);
  });

  it("refuses a folder without a manifest", async () => {
    const unfinished = await mkdtemp(join(tmpdir(), "emoji-data-"));
    await writeTinyData(unfinished);
    await unlink(manifestPath(unfinished));
    await expect(openEmojiData({ folder: unfinished, side: 32, seed: 1 })).rejects.toThrow(
      DataFolderError,
    );
    await rm(unfinished, { recursive: true });
  });
});

describe("heldOutExamples", () => {
  it("lists pairs that training does not see", async () => {
    const pairs = await heldOutExamples({ folder, side: 32, split: "test_pair", count: 5 });
    expect(pairs).toHaveLength(5);
    for (const { caption, picture } of pairs) {
      expect(caption).toMatch(/ (to the left of|to the right of|above|below|next to|and) /);
      expect([picture.width, picture.height]).toEqual([32, 32]);
    }
  });

  it("names pictures with their style", async () => {
    const [first] = await heldOutExamples({ folder, side: 32, split: "val", count: 1 });
    expect(first?.caption).toBe("a cactus, shaded emoji");
  });
});

it("lists every stored caption and as many of scenes as asked", async () => {
  const captions: string[] = [];
  for await (const caption of trainingCaptions({ folder, scenes: 9 })) captions.push(caption);
  expect(captions).toHaveLength(
    records.reduce((sum, record) => sum + record.captions.length, 0) + 9,
  );
});
