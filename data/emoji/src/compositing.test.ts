import { describe, expect, it } from "vitest";
import { framedSquare } from "./__fixtures__/tiny-data.ts";
import { coverCanvas, fillCanvas, placeCutout } from "./compositing.ts";

function whiteCanvas(side: number) {
  const canvas = { planes: new Float32Array(3 * side * side), side };
  fillCanvas(canvas, [255, 255, 255]);
  return canvas;
}

const pixelAt = ({ planes, side }: { planes: Float32Array; side: number }, x: number, y: number) =>
  [0, 1, 2].map((channel) => planes[channel * side * side + y * side + x]);

function expectColor(received: readonly (number | undefined)[], expected: readonly number[]) {
  for (const [channel, value] of expected.entries())
    expect(received[channel]).toBeCloseTo(value, 3);
}

const opaque = (side: number) =>
  new Uint8Array(side * side * 4).map((_, i) => [200, 100, 0, 255][i % 4] as number);

describe("placeCutout", () => {
  it("covers exactly the square around its centre", () => {
    const canvas = whiteCanvas(16);
    placeCutout(canvas, { pixels: opaque(32), side: 32 }, { size: 4, centerX: 4, centerY: 12 });
    for (let y = 0; y < 16; y++) {
      for (let x = 0; x < 16; x++) {
        const isInside = x >= 2 && x < 6 && y >= 10 && y < 14;
        expectColor(pixelAt(canvas, x, y), isInside ? [200, 100, 0] : [255, 255, 255]);
      }
    }
  });

  it("keeps the total of alpha when it scales by a number that is not whole", () => {
    const canvas = whiteCanvas(32);
    placeCutout(
      canvas,
      { pixels: framedSquare([0, 0, 0], 32), side: 32 },
      { size: 13, centerX: 16, centerY: 16 },
    );
    const darkness = canvas.planes
      .subarray(0, 32 * 32)
      .reduce((sum, value) => sum + (255 - value) / 255, 0);
    expect(darkness).toBeCloseTo(13 ** 2 / 4, 3); // a quarter of the square is opaque
  });

  it("cuts off what lies outside", () => {
    const canvas = whiteCanvas(8);
    placeCutout(canvas, { pixels: opaque(16), side: 16 }, { size: 8, centerX: 0, centerY: 0 });
    expect(pixelAt(canvas, 3, 3)[2]).toBeCloseTo(0, 3);
    expect(pixelAt(canvas, 4, 3)).toEqual([255, 255, 255]);
  });

  it("paints by alpha alone where a colour is given", () => {
    const canvas = whiteCanvas(8);
    placeCutout(
      canvas,
      { pixels: opaque(16), side: 16 },
      { size: 8, centerX: 4, centerY: 4, color: [1, 2, 3] },
    );
    expectColor(pixelAt(canvas, 4, 4), [1, 2, 3]);
  });
});

describe("coverCanvas", () => {
  it("lays half-transparent pixels over the background, mirrored where asked", () => {
    const pixels = new Uint8Array(2 * 2 * 4); // only the top left pixel: half-transparent red
    pixels.set([128, 0, 0, 128]);
    const canvas = whiteCanvas(2);
    coverCanvas(canvas, { pixels, side: 2 }, { isMirrored: true });
    expect(pixelAt(canvas, 0, 0)).toEqual([255, 255, 255]);
    expectColor(pixelAt(canvas, 1, 0), [255, 127, 127]);
  });
});
