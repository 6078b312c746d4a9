import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodePng, type RgbImage, rgbImage } from "@glissade/core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openImages } from "./images.ts";
import { writeNpz } from "./npz.ts";
import { SampleFileError } from "./sample-file-error.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "glissade-images-"));
});
afterAll(() => rm(root, { recursive: true }));

const even = (level: number, width = 6, height = 6) =>
  rgbImage(width, height, new Uint8Array(width * height * 3).fill(level));

async function folderWith(files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  const folder = await mkdtemp(join(root, "set-"));
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(join(folder, name, ".."), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
  return folder;
}

async function read(path: string, options = {}): Promise<RgbImage[]> {
  const all: RgbImage[] = [];
  for await (const batch of (await openImages(path, options)).batches()) all.push(...batch);
  return all;
}

describe("openImages", () => {
  it("reads PNG, JPEG and WebP, transparent and grey ones, in the order of their numbers, also from folders inside", async () => {
    const { data, width, height } = even(90);
    const raw = sharp(data, { raw: { width, height, channels: 3 } });
    const folder = await folderWith({
      "10.png": encodePng(even(10)),
      "9.webp": await raw.clone().webp({ lossless: true }).toBuffer(),
      "more/2.jpg": await raw.clone().jpeg().toBuffer(),
      "11.png": await raw.clone().ensureAlpha(0.5).png().toBuffer(),
      "12.png": await raw.clone().toColourspace("b-w").png().toBuffer(),
      "notes.txt": "no image",
      ".hidden.png": "not looked at",
    });
    const source = await openImages(folder);
    expect(source.count).toBe(5);
    expect((await read(folder)).map(({ data }) => data[0])).toEqual([90, 10, 90, 90, 90]);
    expect((await read(folder)).every(({ data }) => data.length === 108)).toBe(true);
  });

  it("reads a sample batch", async () => {
    const path = join(root, "samples.npz");
    await writeNpz(path, [[even(1), even(2)]], { count: 2, width: 6, height: 6 });
    expect((await read(path)).map(({ data }) => data[0])).toEqual([1, 2]);
  });

  it("refuses images of several sizes unless they are cropped to one", async () => {
    const folder = await folderWith({
      "a.png": encodePng(even(1)),
      "b.png": encodePng(even(2, 8, 6)),
    });
    await expect(read(folder)).rejects.toThrow("a.png is 6x6, b.png is 8x6");
    expect((await read(folder, { crop: 4 })).map(({ width, height }) => [width, height])).toEqual([
      [4, 4],
      [4, 4],
    ]);
  });

  it("says what is wrong with a path", async () => {
    await expect(openImages(await folderWith({ "a.txt": "" }))).rejects.toThrow("holds no image");
    await expect(openImages(join(root, "none"))).rejects.toThrow("none cannot be read");
    await expect(openImages(join(await folderWith({ "a.txt": "" }), "a.txt"))).rejects.toThrow(
      "neither a folder nor a .npz file",
    );
    const noise = rgbImage(
      30,
      30,
      Uint8Array.from({ length: 2700 }, (_, i) => (1e4 * Math.sin(i * i)) & 255),
    );
    const broken = await folderWith({ "a.png": encodePng(noise).subarray(0, 600) });
    const error = await read(broken).catch((error: unknown) => error);
    expect(SampleFileError.isInstance(error) && error.file).toBe(join(broken, "a.png"));
  });

  it("stops between two images", async () => {
    const folder = await folderWith({ "a.png": encodePng(even(1)) });
    const batches = (await openImages(folder)).batches({
      signal: AbortSignal.abort(new Error("enough")),
    });
    await expect(async () => {
      for await (const _ of batches);
    }).rejects.toThrow("enough");
  });
});
