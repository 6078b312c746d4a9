import { InvalidArgumentError } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { blendByMask, maskFromAlpha, maskFromImage } from "./mask.ts";
import { rgbImage } from "./rgb-image.ts";

describe("masks", () => {
  it("come from a painted image's brightness, and from what is transparent", () => {
    expect(maskFromImage(rgbImage(3, 1, Uint8Array.of(255, 255, 255, 0, 0, 0, 255, 0, 0)))).toEqual(
      { width: 3, height: 1, data: Uint8Array.of(255, 0, 85) },
    );
    expect(maskFromAlpha(2, 1, Uint8Array.of(255, 0))).toEqual({
      width: 2,
      height: 1,
      data: Uint8Array.of(0, 255),
    });
  });

  it("blend: black keeps every byte, white takes the other image, grey mixes", () => {
    const [kept, made] = [
      rgbImage(3, 1, new Uint8Array(9).fill(10)),
      rgbImage(3, 1, new Uint8Array(9).fill(210)),
    ];
    expect([
      ...blendByMask(kept, made, { width: 3, height: 1, data: Uint8Array.of(0, 255, 51) }).data,
    ]).toEqual([10, 10, 10, 210, 210, 210, 50, 50, 50]);
  });

  it("refuse data that does not fill the size, and images of another size", () => {
    expect(() => maskFromAlpha(2, 2, Uint8Array.of(1))).toThrow(InvalidArgumentError);
    expect(() =>
      blendByMask(rgbImage(1, 1), rgbImage(2, 1), { width: 1, height: 1, data: Uint8Array.of(0) }),
    ).toThrow(InvalidArgumentError);
    expect(() =>
      blendByMask(rgbImage(1, 1), rgbImage(1, 1), {
        width: 1,
        height: 2,
        data: Uint8Array.of(0, 0),
      }),
    ).toThrow(InvalidArgumentError);
  });
});
