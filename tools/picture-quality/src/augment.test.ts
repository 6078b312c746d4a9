import { describe, expect, it } from "vitest";
import { augment, onBackground } from "./augment.ts";
import { randomOf } from "./random.ts";
import { betweenCells, softened, unwarped, warped } from "./warp.ts";

/** Premultiplied RGBA of one colour, transparent on the left half. */
function halfImage(side: number) {
  const pixels = Uint8Array.from({ length: 4 * side * side }, (_, i) =>
    Math.floor(i / 4) % side < side / 2 ? 0 : ([200, 100, 50, 255][i % 4] ?? 0),
  );
  return { pixels, side };
}

describe("augment", () => {
  const changed = (number: number) => {
    const planes = new Float32Array(3 * 32 * 32);
    augment(softened(halfImage(64)), randomOf(7, number), 32, planes);
    return planes;
  };

  it("gives the same for the same number, and other images for others", () => {
    expect(changed(3)).toEqual(changed(3));
    expect(changed(4)).not.toEqual(changed(3));
  });

  it("stays between -1 and 1, and is never of one colour", () => {
    for (let number = 0; number < 100; number++) {
      const planes = changed(number);
      expect(planes.every((value) => value >= -1 && value <= 1)).toBe(true);
      expect(new Set(planes).size).toBeGreaterThan(2);
    }
  });
});

describe("warped", () => {
  it("halves an image where places are spread evenly", () => {
    const places = new Float32Array(2 * 32 * 32);
    for (let i = 0; i < 32 * 32; i++) {
      places[2 * i] = (2 * (i % 32) + 1) / 32 - 1;
      places[2 * i + 1] = (2 * Math.floor(i / 32) + 1) / 32 - 1;
    }
    const planes = warped(softened(halfImage(64)), places);
    const row = 16 * 32;
    expect(planes[row + 8]).toBe(0);
    expect(planes[row + 24]).toBeCloseTo(200 / 255, 5);
    expect(planes[2 * 32 * 32 + row + 24]).toBeCloseTo(50 / 255, 5);
  });
});

it("lays an image on white", () => {
  const planes = onBackground(unwarped(halfImage(4)));
  expect([...planes.subarray(0, 4)]).toEqual([
    1,
    1,
    Math.fround(200 / 255),
    Math.fround(200 / 255),
  ]);
});

it("reads between the cells of a table", () => {
  const table = Float32Array.of(0, 1, 2, 3);
  expect(betweenCells(table, 0, 2, 0.5, 0.5)).toBe(1.5);
  expect(betweenCells(table, 0, 2, 1, 0)).toBe(2);
});
