import { rgbImage } from "@glissade/core";
import { describe, expect, it } from "vitest";
import {
  addPreset,
  evenMask,
  invertMask,
  isBlank,
  paintMask,
  showMask,
  softenMask,
} from "./mask-painting.ts";

const blank = evenMask({ width: 64, height: 64 });
const dot = { from: { x: 32, y: 32 }, to: { x: 32, y: 32 }, radius: 10 };
const area = (levels: Uint8Array) => levels.reduce((sum, level) => sum + level / 255, 0);

describe("a mask that is painted", () => {
  it("has the area of a circle after a dot, and of a circle and a rectangle after a stroke", () => {
    expect(area(paintMask(blank, dot, "paint").data)).toBeCloseTo(Math.PI * 100, -1);
    const stroke = paintMask(
      blank,
      { from: { x: 20, y: 32 }, to: { x: 44, y: 32 }, radius: 10 },
      "paint",
    );
    expect(area(stroke.data) / (Math.PI * 100 + 24 * 20)).toBeCloseTo(1, 2);
  });

  it("is blank again where it is erased, and the mask before is left as it was", () => {
    const painted = paintMask(blank, dot, "paint");
    const erased = paintMask(painted, { ...dot, radius: 12 }, "erase");
    expect(isBlank(painted)).toBe(false);
    expect(isBlank(erased)).toBe(true);
    expect(isBlank(blank)).toBe(true);
  });

  it("takes strokes that begin or end outside of the image", () => {
    const { data } = paintMask(
      blank,
      { from: { x: -30, y: 1 }, to: { x: 100, y: 1 }, radius: 3 },
      "paint",
    );
    expect([...data.subarray(0, 64)]).toEqual(new Array(64).fill(255));
    expect(data).toHaveLength(64 * 64);
    expect(
      isBlank(
        paintMask(blank, { from: { x: -50, y: -50 }, to: { x: -20, y: -50 }, radius: 9 }, "paint"),
      ),
    ).toBe(true);
  });

  it("is itself after two inversions", () => {
    const painted = paintMask(blank, dot, "paint");
    expect(invertMask(invertMask(painted))).toEqual(painted);
    expect(area(invertMask(painted).data)).toBeCloseTo(64 * 64 - area(painted.data), 6);
  });

  it("has halves that make up the whole, and a centre of a quarter of the area", () => {
    expect(area(addPreset(blank, "the left half").data)).toBe(64 * 32);
    expect(
      isBlank(invertMask(addPreset(addPreset(blank, "the left half"), "the right half"))),
    ).toBe(true);
    expect(
      isBlank(invertMask(addPreset(addPreset(blank, "the top half"), "the bottom half"))),
    ).toBe(true);
    expect(area(addPreset(blank, "the centre").data)).toBe(32 * 32);
  });

  it("softens outwards: what is painted stays, and the level falls evenly with the distance", () => {
    const painted = { ...blank, data: blank.data.map((_, i) => (i === 32 * 64 + 32 ? 255 : 0)) };
    const { data } = softenMask(painted, 9);
    for (let y = 0; y < 64; y++) {
      for (let x = 0; x < 64; x++) {
        const [across, down] = [Math.abs(x - 32), Math.abs(y - 32)];
        // a king's way
        const distance = Math.max(across, down) + (Math.SQRT2 - 1) * Math.min(across, down);
        expect(
          Math.abs((data[y * 64 + x] ?? 0) - Math.max(0, 255 * (1 - distance / 10))),
        ).toBeLessThanOrEqual(0.51);
      }
    }
    expect(softenMask(painted, 0)).toBe(painted);
  });

  it("shows the image unchanged where nothing is masked, and changed where it is", () => {
    const image = rgbImage(64, 64, new Uint8Array(64 * 64 * 3).fill(90));
    expect(showMask(image, blank)).toEqual(image);
    const shown = showMask(image, addPreset(blank, "the left half"));
    for (let pixel = 0; pixel < 64 * 64; pixel++)
      expect(shown.data[3 * pixel] !== 90).toBe(pixel % 64 < 32);
  });
});
