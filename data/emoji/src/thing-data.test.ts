import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidArgumentError, UnknownNameError } from "@glissade/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeTinyThings } from "./__fixtures__/tiny-things.ts";
import { colorNameOf } from "./color-names.ts";
import { heldOutThings } from "./held-out-examples.ts";
import { perceivedColor } from "./perceived-color.ts";
import { isHeldOutPair } from "./splits.ts";
import { openThingData, type ThingData } from "./thing-data.ts";
import type { ThingExample } from "./thing-examples.ts";
import { heldOutSource, isHeldOutThingColor } from "./thing-splits.ts";
import { thingSources, things } from "./things.ts";
import trainData from "./train-data.ts";

const thingOf = new Map(
  things.flatMap(({ name, labels }) => labels.map((label) => [label, name] as const)),
);

let folder: string;
let data: ThingData;
let shown: ThingExample[];
const options = {
  side: 32,
  seed: 3,
  colors: 0.3,
  scenes: 0.2,
  backgrounds: 0.1,
  shift: 0.06,
} as const;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "thing-data-"));
  await writeTinyThings(folder);
  data = await openThingData({ folder, ...options });
  shown = Array.from({ length: 3000 }, (_, number) => data.example(number));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("openThingData", () => {
  it("gives the same examples whether they are asked for at once or apart", async () => {
    const whole = await data.batch(100, 6);
    const again = await openThingData({ folder, ...options });
    await again.batch(999, 3);
    const [first, rest] = [await again.batch(100, 2), await again.batch(102, 4)];
    expect([...first.captions, ...rest.captions]).toEqual(whole.captions);
    expect(Float32Array.of(...first.images.data, ...rest.images.data)).toEqual(whole.images.data);
  });

  it("never shows a style, an image, a colour or a pair that is held out", () => {
    for (const { thing, color, items } of shown) {
      for (const { picture } of items) expect(picture.split).toBe("train");
      if (items.length === 1)
        expect(items[0]?.picture.source).not.toBe(heldOutSource(thing.name, thingSources));
      if (color) expect(isHeldOutThingColor(thing.name, color)).toBe(false);
    }
  });

  it("never shows a pair that is held out", () => {
    for (const { caption, items } of shown.filter(({ items: { length } }) => length === 2)) {
      if (/\b(?:two|with|wearing)\b/.test(caption)) continue; // equal things, or a hat
      const [one = "", other = ""] = items.map(({ picture }) => thingOf.get(picture.label));
      expect(isHeldOutPair(one, other)).toBe(false);
    }
  });

  it("says a colour where it says that there is one, and paints it", () => {
    const colored = shown.filter(
      ({ color, items, background }) => color && items.length === 1 && background === "white",
    );
    expect(colored.length).toBeGreaterThan(200);
    for (const example of colored.slice(0, 60)) {
      const planes = new Float32Array(3 * 32 * 32);
      data.paint(example, planes);
      const center = 16 * 32 + 16;
      const [red = 0, green = 0, blue = 0] = [0, 1, 2].map(
        (channel) => planes[channel * 1024 + center],
      );
      expect(colorNameOf(perceivedColor([red, green, blue]))).toBe(example.color);
      expect(example.caption).toMatch(
        example.color === "gray"
          ? /gr[ae]y/
          : example.color === "purple"
            ? /purple|violet/
            : new RegExp(example.color ?? ""),
      );
    }
  });

  it("says the style in about half of the captions", () => {
    const styled =
      shown.filter(({ caption, style }) => caption.includes(style)).length / shown.length;
    expect(styled).toBeGreaterThan(0.44);
    expect(styled).toBeLessThan(0.56);
  });

  it("says a background where there is one", () => {
    for (const { caption, background } of shown) {
      if (background !== "white") expect(caption).toContain(`${background} background`);
      else expect(caption).not.toContain("background");
    }
  });

  it("draws each thing about equally often, and groups by their weights", async () => {
    const cats = await openThingData({
      folder,
      side: 32,
      seed: 1,
      weights: { face: 0, person: 0, food: 3 },
    });
    const groups = Array.from({ length: 2000 }, (_, number) => cats.example(number).thing.group);
    expect(groups).not.toContain("face");
    expect(groups.filter((group) => group === "food").length).toBeGreaterThan(
      2 * groups.filter((group) => group === "animal").length,
    );
  });

  it("is opened by a training run's parameters", async () => {
    const opened = await trainData({
      side: 32,
      seed: 3,
      parameters: {
        folder,
        things: "true",
        colors: "0.3",
        scenes: "0.2",
        backgrounds: "0.1",
        shift: "0.06",
      },
    });
    expect((await opened.batch(0, 20)).captions).toEqual(
      shown.slice(0, 20).map(({ caption }) => caption),
    );
    await expect(async () =>
      trainData({ side: 32, seed: 3, parameters: { things: "true", common: "4" } }),
    ).rejects.toThrow(/common/);
  });

  it("says what is wrong with its options", async () => {
    await expect(openThingData({ folder, side: 32, seed: 1, colors: 2 })).rejects.toThrow(/colors/);
    await expect(openThingData({ folder, side: 128, seed: 1, shift: 0.1 })).rejects.toThrow(
      InvalidArgumentError,
    );
    await expect(
      openThingData({ folder, side: 32, seed: 1, sources: ["gameicons"] }),
    ).rejects.toThrow(UnknownNameError);
    await expect(data.batch(-1, 1)).rejects.toThrow(/start/);
  });
});

describe("heldOutThings", () => {
  it("lists things in a style that training does not show", async () => {
    const examples = await heldOutThings({ folder, side: 32, split: "test_style" });
    expect(examples.length).toBeGreaterThan(80);
    for (const { caption, label, style } of examples) {
      expect(caption.endsWith(`, ${style}`)).toBe(true);
      expect(heldOutSource(label, thingSources)).toBeDefined();
    }
  });

  it("lists colours that training does not say", async () => {
    const examples = await heldOutThings({ folder, side: 32, split: "test_color", count: 20 });
    expect(examples).toHaveLength(20);
    for (const { label, color = "" } of examples)
      expect(isHeldOutThingColor(label, color)).toBe(true);
  });

  it("lists pairs that training does not show, and images of `val`", async () => {
    const pairs = await heldOutThings({ folder, side: 32, split: "test_pair", count: 5 });
    expect(pairs).toHaveLength(5);
    const val = await heldOutThings({ folder, side: 32, split: "val" });
    expect(val.length).toBeGreaterThan(20);
  });
});
