import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { takesArticle, thingNamed, things } from "./things.ts";

/** Labels of the built data by the number of their images in `thingSources`, without skin tones. */
const labelsByImages: Readonly<Record<string, readonly string[]>> = JSON.parse(
  await readFile(new URL("./__fixtures__/labels-by-images.json", import.meta.url), "utf8"),
);
const imagesOf = new Map(
  Object.entries(labelsByImages).flatMap(([count, labels]) =>
    labels.map((label) => [label, Number(count)] as const),
  ),
);

describe("things", () => {
  it("are about 400", () => {
    expect(things.length).toBeGreaterThan(380);
    expect(things.length).toBeLessThan(450);
  });

  it("have no name and no label twice", () => {
    const names = things.flatMap(({ name, names }) => [name, ...names]);
    const labels = things.flatMap((thing) => thing.labels);
    expect(names.filter((name, at) => names.indexOf(name) < at)).toEqual([]);
    expect(labels.filter((label, at) => labels.indexOf(label) < at)).toEqual([]);
  });

  it("are drawn by labels that the data has", () => {
    const missing = things.flatMap(({ labels }) => labels.filter((label) => !imagesOf.has(label)));
    expect(missing).toEqual([]);
  });

  it("have at least three images each", () => {
    const images = (labels: readonly string[]) =>
      labels.reduce((sum, label) => sum + (imagesOf.get(label) ?? 0), 0);
    expect(things.filter(({ labels }) => images(labels) < 3).map(({ name }) => name)).toEqual([]);
  });

  it.each([
    ["car", ["car", "a car", "The Car", "cars", "automobile", "an automobile", "autos", "sedan"]],
    ["cat", ["kitten", "kitties", "a kitty cat"]],
    ["coffee", ["a cup of coffee", "cups of coffee", "coffee cup", "an espresso"]],
    ["doughnut", ["donuts", "a donut"]],
    ["airplane", ["a plane", "aeroplanes", "aircraft"]],
    ["rocket", ["spaceship", "a space shuttle"]],
    ["snowman", ["snowmen"]],
    ["mouse", ["mice"]],
    ["books", ["books", "a stack of books"]],
    ["book", ["a book"]],
    ["smiling face", ["happy face", "a smiley"]],
  ])("know %s under its names", (name, asked) => {
    expect(asked.map((text) => thingNamed(text)?.name)).toEqual(asked.map(() => name));
  });

  it("know which names take an article", () => {
    expect(["car", "cup of coffee", "automobile"].map(takesArticle)).toEqual([true, true, true]);
    const others = ["cars", "coffee", "grapes", "french fries", "santa claus"];
    expect(others.map(takesArticle)).toEqual(others.map(() => false));
  });
});
