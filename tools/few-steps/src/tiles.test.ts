import { contactSheet, rgbImage } from "@glissade/core";
import { expect, it } from "vitest";
import { tiles } from "./tiles.ts";

const plain = (level: number) => rgbImage(2, 2, new Uint8Array(12).fill(level));

it("cuts a sheet into the images that it was made of", () => {
  const images = [10, 20, 30, 40, 50, 60].map(plain);
  expect(tiles(contactSheet(images, { columns: 3, margin: 0 }), 2)).toEqual(images);
});

it("drops what is no whole square", () => {
  expect(tiles(rgbImage(5, 3), 2)).toHaveLength(2);
});
