import { DisposedError, InvalidArgumentError } from "@glissade/core";
import { describe, expect, it } from "vitest";
import { dataFromArrays } from "./data-from-arrays.ts";

/** Image k has the level 40k everywhere but in its top left corner, which is white. */
const pixels = Uint8Array.from({ length: 3 * 2 * 2 * 3 }, (_, i) =>
  i % 12 < 3 ? 255 : 40 * Math.floor(i / 12),
);
const open = (options: Partial<Parameters<typeof dataFromArrays>[0]> = {}) =>
  dataFromArrays({
    pixels,
    side: 2,
    captions: ["zero", ["one", "eins"], "two"],
    seed: 3,
    ...options,
  });

describe("data from arrays", () => {
  it("gives planes in [-1, 1] with their captions", async () => {
    const { images, captions } = await open({ shuffle: false }).batch(0, 3);
    expect(images.dims).toEqual([3, 3, 2, 2]);
    const value = Math.fround(Math.fround(80 / 127.5) - 1);
    expect([...images.data.subarray(24, 28)]).toEqual([1, value, value, value]);
    expect(captions[0]).toBe("zero");
    expect(["one", "eins"]).toContain(captions[1]);
  });

  it("is a function of the position", async () => {
    const whole = await open({ mirror: true }).batch(0, 12);
    const data = open({ mirror: true });
    await data.batch(1, 2);
    const later = await data.batch(5, 4);
    expect(later.captions).toEqual(whole.captions.slice(5, 9));
    expect(later.images.data).toEqual(whole.images.data.subarray(5 * 12, 9 * 12));
  });

  it("mirrors half of the images and draws among captions", async () => {
    const { images, captions } = await open({ mirror: true }).batch(0, 600);
    const left = Array.from({ length: 600 }, (_, k) => images.data[k * 12]).filter(
      (corner) => corner === 1,
    ).length;
    const right = Array.from({ length: 600 }, (_, k) => images.data[k * 12 + 1]).filter(
      (corner) => corner === 1,
    ).length;
    expect(left + right).toBe(600);
    expect(Math.abs(left - 300)).toBeLessThan(50);
    expect(Math.abs(captions.filter((caption) => caption === "eins").length - 100)).toBeLessThan(
      35,
    );
    expect(new Set((await open({ choice: "first" }).batch(0, 60)).captions)).toEqual(
      new Set(["zero", "one", "two"]),
    );
    expect(new Set((await open({ choice: "joined" }).batch(0, 60)).captions)).toEqual(
      new Set(["zero", "one eins", "two"]),
    );
  });

  it("says what does not fit", async () => {
    expect(() => open({ side: 3 })).toThrow(
      'pixels is "36 bytes"; expected 81 bytes for 3 images of 3x3',
    );
    expect(() => open({ captions: [] })).toThrow(InvalidArgumentError);
    expect(() => open({ captions: ["a", [], "c"] })).toThrow("captions[1]");
    expect(() => open({ seed: -1 })).toThrow("seed");
    await expect(open().batch(-1, 2)).rejects.toThrow("start");
    await expect(open().batch(0, 0)).rejects.toThrow("count");
    await expect(
      open().batch(0, 1, { signal: AbortSignal.abort(new Error("stop")) }),
    ).rejects.toThrow("stop");
    const data = open();
    await data.dispose();
    await expect(data.batch(0, 1)).rejects.toThrow(DisposedError);
  });
});
