import { describe, expect, it } from "vitest";
import { colorNameOf, meanColorOf, ownColorOf } from "./color-names.ts";
import { type Color, glyphColors } from "./colors.ts";
import type { Cutout } from "./compositing.ts";
import { perceivedColor } from "./perceived-color.ts";
import { recolored } from "./recolor.ts";
import { type ThingColor, thingColorNames } from "./thing-colors.ts";

const side = 8;

/** Rows of the main colour, light to dark, between a black and a white row. */
function shaded([red, green, blue]: Color): Cutout {
  const pixels = new Uint8Array(side * side * 4);
  for (let row = 0; row < side; row++) {
    const shade = 0.8 + 0.05 * row;
    const main = [red * shade, green * shade, blue * shade];
    const color = row === 0 ? [0, 0, 0] : row === side - 1 ? [255, 255, 255] : main;
    for (let x = 0; x < side; x++) {
      for (const [channel, value] of color.entries())
        pixels[(row * side + x) * 4 + channel] = Math.min(255, value);
      pixels[(row * side + x) * 4 + 3] = 255;
    }
  }
  return { pixels, side };
}

const row = (cutout: Cutout, number: number) => [
  ...cutout.pixels.subarray(number * side * 4, number * side * 4 + 3),
];

describe("recolored", () => {
  const car = shaded([210, 30, 40]);

  it.each(thingColorNames)(
    "makes a red thing %s, and its mean colour says so",
    (color: ThingColor) => {
      const result = recolored(car, color);
      if (!result) throw new Error("not recoloured");
      const [middle] = [row(result, 4)];
      expect(colorNameOf(perceivedColor([middle[0] ?? 0, middle[1] ?? 0, middle[2] ?? 0]))).toBe(
        color,
      );
      const mean = perceivedColor(meanColorOf(result));
      if (color !== "black" && color !== "gray" && color !== "white")
        expect(mean.chroma).toBeGreaterThan(0.02);
      else expect(mean.chroma).toBeLessThan(0.06);
    },
  );

  it("leaves black and white, and the shades' order", () => {
    const blue = recolored(car, "blue") as Cutout;
    expect(row(blue, 0)).toEqual([0, 0, 0]);
    expect(row(blue, side - 1)).toEqual([255, 255, 255]);
    expect(row(blue, 6)[2]).toBeGreaterThan(row(blue, 1)[2] ?? 255);
  });

  it("colours what is gray", () => {
    const elephant = shaded([150, 150, 155]);
    expect(ownColorOf(elephant)).toBe("gray");
    const pink = recolored(elephant, "pink") as Cutout;
    expect(ownColorOf(pink)).toBe("pink");
  });

  it("leaves what has no main colour as it is", () => {
    const patches = shaded(glyphColors.red);
    for (let pixel = 0; pixel < side * side; pixel++) {
      const patch: readonly number[] =
        pixel % 3 === 0 ? [250, 40, 40] : pixel % 3 === 1 ? [40, 60, 240] : [40, 220, 60];
      for (const [channel, value] of patch.entries()) patches.pixels[4 * pixel + channel] = value;
    }
    expect(recolored(patches, "purple")).toBeUndefined();
  });

  it("keeps the alpha", () => {
    const clear = {
      pixels: car.pixels.map((value, at) => (at % 4 === 3 ? 128 : value >> 1)),
      side,
    };
    const green = recolored(clear, "green");
    expect(green?.pixels.filter((_, at) => at % 4 === 3)).toEqual(
      clear.pixels.filter((_, at) => at % 4 === 3),
    );
  });
});
