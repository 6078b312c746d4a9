import type { RgbImage } from "@glissade/core";
import type { Point } from "./brush.ts";
import { evenImage, paintImage, paintPolygon } from "./image-painting.ts";
import { palette } from "./palette.ts";

/** A sketch at one press, with a prompt that suits it. */
export interface ExampleSketch {
  readonly name: string;
  readonly prompt: string;
  /** The sketch, so many pixels wide and high. */
  readonly draw: (side: number) => RgbImage;
}

export const exampleSketches: readonly ExampleSketch[] = [
  {
    name: "A red disc",
    prompt: "red apple, 3d render",
    draw: (side) => disc(evenImage(side, palette.white), 0.5, 0.54, 0.34, "red"),
  },
  {
    name: "A green triangle on a brown trunk",
    prompt: "evergreen tree, 3d render",
    draw: (side) => {
      const trunk = polygon(
        evenImage(side, palette.white),
        "0.44,0.7 0.56,0.7 0.56,0.94 0.44,0.94",
        "brown",
      );
      return polygon(trunk, "0.5,0.06 0.84,0.74 0.16,0.74", "green");
    },
  },
  {
    name: "A yellow face",
    prompt: "smiling face, flat emoji",
    draw: (side) => {
      const face = disc(evenImage(side, palette.white), 0.5, 0.5, 0.42, "yellow");
      const eyes = disc(disc(face, 0.35, 0.4, 0.06, "brown"), 0.65, 0.4, 0.06, "brown");
      return polygon(eyes, "0.3,0.62 0.7,0.62 0.6,0.74 0.4,0.74", "brown");
    },
  },
  {
    name: "A house",
    prompt: "house, 3d render",
    draw: (side) => {
      const wall = polygon(
        evenImage(side, palette["light blue"]),
        "0.22,0.46 0.78,0.46 0.78,0.9 0.22,0.9",
        "orange",
      );
      const roof = polygon(wall, "0.5,0.12 0.88,0.48 0.12,0.48", "red");
      return polygon(roof, "0.43,0.62 0.57,0.62 0.57,0.9 0.43,0.9", "brown");
    },
  },
];

/** Centre and radius as shares of the side. */
function disc(
  image: RgbImage,
  x: number,
  y: number,
  radius: number,
  color: keyof typeof palette,
): RgbImage {
  const centre = { x: x * image.width, y: y * image.height };
  return paintImage(
    image,
    { from: centre, to: centre, radius: radius * image.width },
    palette[color],
  );
}

/** Corners as in SVG's `points`, as shares of the side. */
function polygon(image: RgbImage, points: string, color: keyof typeof palette): RgbImage {
  const corners = points.split(" ").map((point): Point => {
    const [x = 0, y = 0] = point.split(",").map(Number);
    return { x: x * image.width, y: y * image.height };
  });
  return paintPolygon(image, corners, palette[color]);
}
