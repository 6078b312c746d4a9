import { crc32 } from "node:zlib";
import sharp, { type Color, type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { redAndBlue } from "./__fixtures__/plain-images.ts";
import { decodeImage, decodeWholeImage } from "./decode-image.ts";

const orange = [200, 100, 50];

describe("decoding an image", () => {
  const plain = (background: Color = "rgb(200, 100, 50)", channels: 3 | 4 = 3) =>
    sharp({ create: { width: 10, height: 8, channels, background } });
  const half = { r: 200, g: 100, b: 50, alpha: 0.5 };

  it.each<[name: string, file: Sharp, colour: readonly number[], tolerance: number]>([
    ["PNG", plain().png(), orange, 0],
    ["PNG with a palette", plain().png({ palette: true }), orange, 0],
    ["16-bit PNG", plain().toColourspace("rgb16").png(), orange, 0],
    ["grey PNG", plain("rgb(90, 90, 90)").toColourspace("b-w").png(), [90, 90, 90], 0],
    ["16-bit grey PNG", plain("rgb(90, 90, 90)").toColourspace("grey16").png(), [90, 90, 90], 1],
    [
      "half transparent PNG, on white",
      plain(half, 4).png(),
      orange.map((level) => (level + 255) / 2),
      1,
    ],
    [
      "16-bit transparent PNG, on white",
      plain({ ...half, alpha: 0 }, 4)
        .toColourspace("rgb16")
        .png(),
      [255, 255, 255],
      0,
    ],
    [
      "half transparent grey PNG",
      plain({ r: 91, g: 91, b: 91, alpha: 0.5 }, 4).toColourspace("b-w").png(),
      [173, 173, 173],
      1,
    ],
    ["JPEG", plain().jpeg({ quality: 100 }), orange, 2],
    ["grey JPEG", plain("rgb(90, 90, 90)").toColourspace("b-w").jpeg(), [90, 90, 90], 1],
    [
      "CMYK JPEG",
      plain("rgb(180, 120, 110)").toColourspace("cmyk").jpeg({ quality: 100 }),
      [180, 120, 110],
      12,
    ],
    ["WebP with transparency", plain({ ...half, alpha: 0 }, 4).webp(), [255, 255, 255], 0],
    ["lossless WebP", plain().webp({ lossless: true }), orange, 0],
    ["GIF", plain().gif(), orange, 2],
    ["CMYK TIFF", plain("rgb(180, 120, 110)").toColourspace("cmyk").tiff(), [180, 120, 110], 12],
    ["AVIF", plain().avif({ quality: 90 }), orange, 4],
  ])("reads a %s as 8-bit sRGB", async (_, file, colour, tolerance) => {
    const { width, height, data } = await decodeImage(await file.toBuffer(), {
      side: 4,
      keep: "centre",
    });
    expect([width, height, data.length]).toEqual([4, 4, 48]);
    for (let i = 0; i < data.length; i++)
      expect(Math.abs((data[i] as number) - (colour[i % 3] as number))).toBeLessThanOrEqual(
        tolerance + 0.5,
      );
  });

  it.each(["gif", "webp"] as const)("takes the first frame of an animated %s", async (format) => {
    const frames = new Uint8Array(8 * 16 * 3);
    // red, then blue
    for (let pixel = 0; pixel < 8 * 16; pixel++) frames[pixel * 3 + (pixel < 64 ? 0 : 2)] = 255;
    const raw = sharp(frames, { raw: { width: 8, height: 16, channels: 3, pageHeight: 8 } });
    const file = await (format === "gif" ? raw.gif() : raw.webp({ lossless: true })).toBuffer();
    expect((await sharp(file).metadata()).pages).toBe(2);
    const { data } = await decodeImage(file, { side: 2, keep: "centre" });
    expect([...data.subarray(0, 3)]).toEqual([255, 0, 0]);
  });

  it("turns an image upright as its EXIF says", async () => {
    const lying = await sharp(await redAndBlue(16, 8))
      .withMetadata({ orientation: 6 }) // to be turned by 90 degrees clockwise: left becomes top
      .png()
      .toBuffer();
    for (const { width, height, data } of [
      await decodeImage(lying, { side: 8, keep: "strip" }),
      await decodeWholeImage(lying),
    ]) {
      expect([width, height]).toEqual([8, 16]);
      expect([...data.subarray(0, 3)]).toEqual([255, 0, 0]);
      expect([...data.subarray(-3)]).toEqual([0, 0, 255]);
    }
  });

  it.each([
    [1, 1],
    [1, 37],
    [101, 3],
    [3, 4],
    [77, 53],
  ])("fits the shorter side of %i x %i", async (width, height) => {
    const file = await redAndBlue(width, height);
    expect(await decodeImage(file, { side: 6, keep: "centre" })).toMatchObject({
      width: 6,
      height: 6,
    });
    const strip = await decodeImage(file, { side: 6, keep: "strip" });
    const aspect = Math.min(4, Math.max(width, height) / Math.min(width, height));
    expect([Math.min(strip.width, strip.height), Math.max(strip.width, strip.height)]).toEqual([
      6,
      Math.round(6 * aspect),
    ]);
    expect(strip.width >= strip.height).toBe(width >= height);
  });

  it("crops the middle", async () => {
    const { data } = await decodeImage(await redAndBlue(64, 16), { side: 16, keep: "centre" });
    const row = Array.from({ length: 16 }, (_, x) => [...data.subarray(x * 3, x * 3 + 3)]);
    expect(row[2]).toEqual([255, 0, 0]);
    expect(row[13]).toEqual([0, 0, 255]);
  });

  it("shrinks by averaging, without aliasing", async () => {
    const stripes = new Uint8Array(64 * 64 * 3).map((_, i) => (Math.floor(i / 3) % 2) * 255);
    const file = await sharp(stripes, { raw: { width: 64, height: 64, channels: 3 } })
      .png()
      .toBuffer();
    const { data } = await decodeImage(file, { side: 8, keep: "centre" });
    expect(data.every((level) => Math.abs(level - 127.5) < 6)).toBe(true);
  });

  it("refuses SVG and BMP whatever their name says", async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>');
    await expect(decodeImage(svg, { side: 4, keep: "centre" })).rejects.toThrow(
      "it is no PNG, JPEG",
    );
    await expect(
      decodeImage(Buffer.from("BM000000000000000"), { side: 4, keep: "centre" }),
    ).rejects.toThrow("it is no PNG, JPEG");
  });

  it("refuses an image cut short, and one that claims to be huge", async () => {
    const noise = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 251);
    for (const format of ["png", "jpeg", "webp"] as const) {
      const file = await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
        .toFormat(format)
        .toBuffer();
      await expect(
        decodeImage(file.subarray(0, file.length * 0.6), { side: 4, keep: "centre" }),
      ).rejects.toThrow();
    }
    await expect(decodeImage(hugePng(), { side: 4, keep: "centre" })).rejects.toThrow(
      /pixel limit/,
    );
  });
});

/** A header that says 60,000 x 60,000, and no pixels. */
function hugePng(): Uint8Array {
  const header = Buffer.alloc(33);
  header.write("\x89PNG\r\n\x1a\n", "latin1");
  header.writeUInt32BE(13, 8);
  header.write("IHDR", 12);
  header.writeUInt32BE(60_000, 16);
  header.writeUInt32BE(60_000, 20);
  header.set([8, 2, 0, 0, 0], 24);
  header.writeUInt32BE(crc32(header.subarray(12, 29)), 29);
  return Buffer.concat([header, Buffer.from("0000000049444154", "hex"), Buffer.alloc(4)]);
}
