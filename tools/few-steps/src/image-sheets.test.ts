import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rgbImage } from "@glissade/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ImageSheets } from "./image-sheets.ts";

describe("ImageSheets", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "glissade-sheets-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const images = Array.from({ length: 18 }, (_, k) =>
    rgbImage(3, 3, new Uint8Array(27).fill(7 * k)),
  );
  const never = () => Promise.reject(new Error("made again"));

  it("keeps images and what they cost, and gives fewer of them without making any", async () => {
    await new ImageSheets(folder).images("ddim 10", { count: 18, side: 3 }, async () => ({
      images,
      evaluations: 10,
    }));
    expect(await new ImageSheets(folder).images("ddim 10", { count: 18, side: 3 }, never)).toEqual({
      images,
      evaluations: 10,
    });
    expect(await new ImageSheets(folder).images("ddim 10", { count: 17, side: 3 }, never)).toEqual({
      images: images.slice(0, 17),
      evaluations: 10,
    });
  });

  it("makes only those that a sheet lacks", async () => {
    const more = rgbImage(3, 3, new Uint8Array(27).fill(200));
    const made = await new ImageSheets(folder).images(
      "ddim 10",
      { count: 19, side: 3 },
      async (from) => {
        expect(from).toBe(18);
        return { images: [more], evaluations: 10 };
      },
    );
    expect(made.images).toEqual([...images, more]);
    expect(await new ImageSheets(folder).images("ddim 10", { count: 19, side: 3 }, never)).toEqual(
      made,
    );
  });
});
