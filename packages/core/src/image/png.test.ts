import { InvalidArgumentError } from "@glissade/graph";
import { unzlibSync, zlibSync } from "fflate";
import { describe, expect, it } from "vitest";
import { pngFiles } from "./__fixtures__/png-files.ts";
import { ImageError } from "./image-error.ts";
import { decodePng, encodePng } from "./png.ts";
import { type PngChunk, readChunks, writeChunks } from "./png-chunks.ts";
import { rgbImage } from "./rgb-image.ts";

type FileName = keyof typeof pngFiles;
const open = (name: FileName) =>
  Uint8Array.from(atob(pngFiles[name]), (character) => character.charCodeAt(0));
const width = 11;
const height = 7;

/** What the fixtures' samples are. */
const sample = (x: number, y: number, channel: number, depth: number) =>
  (x * 37 + y * 91 + channel * 53 + (depth === 16 ? x * y * 1009 : 0)) % 2 ** depth;

function pixels(colorOf: (x: number, y: number) => number[]): number[] {
  return Array.from({ length: width * height }, (_, pixel) =>
    colorOf(pixel % width, Math.floor(pixel / width)),
  ).flat();
}

const original = rgbImage(
  3,
  2,
  Uint8Array.of(0, 1, 2, 3, 4, 5, 250, 251, 252, 253, 254, 255, 9, 8, 7, 6, 5, 4),
);

describe("decodePng", () => {
  it.each([
    ["gray 1", 1, 1],
    ["gray 2", 2, 1],
    ["gray 4", 4, 1],
    ["gray 8", 8, 1],
    ["gray 16", 16, 1],
    ["gray-alpha 8", 8, 2],
    ["gray-alpha 16", 16, 2],
    ["rgb 8", 8, 3],
    ["rgb 16", 16, 3],
    ["rgb 8 interlaced", 8, 3],
    ["rgb-alpha 8", 8, 4],
    ["rgb-alpha 16", 16, 4],
    ["rgb-alpha 16 interlaced", 16, 4],
  ] as [FileName, number, number][])(
    "reads %s, with every line filter",
    (name, depth, channels) => {
      const { image, alpha } = decodePng(open(name));
      const level = (x: number, y: number, channel: number) =>
        Math.round((sample(x, y, channel, depth) * 255) / (2 ** depth - 1));
      expect([image.width, image.height]).toEqual([width, height]);
      expect([...image.data]).toEqual(
        pixels((x, y) => [0, 1, 2].map((channel) => level(x, y, channels < 3 ? 0 : channel))),
      );
      expect(alpha && [...alpha]).toEqual(
        channels % 2 === 0 ? pixels((x, y) => [level(x, y, channels - 1)]) : undefined,
      );
    },
  );

  it.each([
    ["palette 4", 4, [255, 255]],
    ["palette 8", 8, [0, 128]],
    ["palette 8 interlaced", 8, [0, 128]],
  ] as [FileName, number, number[]][])("reads %s", (name, depth, opacities) => {
    const { image, alpha } = decodePng(open(name));
    const index = (x: number, y: number) => sample(x, y, 0, depth) % 5;
    expect([...image.data]).toEqual(
      pixels((x, y) => [0, 1, 2].map((channel) => (index(x, y) * 50 + channel * 7) % 256)),
    );
    expect(alpha && [...alpha]).toEqual(
      depth === 8 ? pixels((x, y) => [opacities[index(x, y)] ?? 255]) : undefined,
    );
  });

  it("knows the one value that is declared transparent", () => {
    const { alpha } = decodePng(open("gray 8 with a transparent value"));
    expect([...(alpha ?? [])]).toEqual(
      pixels((x, y) => [sample(x, y, 0, 8) === sample(3, 2, 0, 8) ? 0 : 255]),
    );
  });

  it("puts transparent pixels on a background where one is given, and else keeps their colours", () => {
    const file = open("palette 8");
    // index 0 is transparent
    expect([...decodePng(file).image.data.subarray(0, 3)]).toEqual([0, 7, 14]);
    expect([...decodePng(file, { background: [255, 255, 0] }).image.data.subarray(0, 3)]).toEqual([
      255, 255, 0,
    ]);
  });

  it("reads plain, packed and international text, and leaves out a broken colour profile", () => {
    expect(decodePng(open("text")).text).toEqual({
      Author: "René \x93",
      Comment: "packed".repeat(50),
      Title: "日本 😀",
      Description: "größer",
      Late: "after the data",
    });
  });

  it.each(Object.keys(pngFiles) as FileName[])("refuses %s cut off anywhere", (name) => {
    const file = open(name);
    for (let length = 0; length < file.length; length++)
      expect(() => decodePng(file.subarray(0, length))).toThrow(ImageError);
  });

  it("finds every changed byte", () => {
    const file = encodePng(original, { text: { a: "b" } });
    for (let at = 0; at < file.length; at++) {
      const changed = file.slice();
      changed[at] = (changed[at] as number) ^ 0x10;
      expect(() => decodePng(changed), `byte ${at}`).toThrow(ImageError);
    }
  });

  it("judges the size by the header alone", () => {
    const huge = withHeader([0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 8, 2, 0, 0, 0]);
    expect(() => decodePng(huge)).toThrow(
      "2147483647x2147483647 pixels; at most 67108864 are accepted",
    );
    expect(() => decodePng(encodePng(original), { maximumPixels: 5 })).toThrow(ImageError);
    expect(decodePng(encodePng(original), { maximumPixels: 6 }).image.width).toBe(3);
  });

  it("does not unpack more than the header promises", () => {
    const bomb = zlibSync(new Uint8Array(50_000_000), { level: 9 });
    expect(bomb.length).toBeLessThan(60_000);
    const small = withChunks((chunk) =>
      chunk.type === "IDAT" ? { type: "IDAT", data: bomb } : chunk,
    );
    const unpacking = timeOf(() => void unzlibSync(bomb));
    expect(
      timeOf(
        () =>
          void expect(() => decodePng(small)).toThrow(
            "more than the 20 bytes that its header promises",
          ),
      ),
    ).toBeLessThan(unpacking);
  });

  it("refuses packed text without end", () => {
    const bomb = zlibSync(new Uint8Array(50_000_000), { level: 9 });
    const data = Uint8Array.of(...new TextEncoder().encode("a\0\0"), ...bomb);
    expect(() =>
      decodePng(
        withChunks((chunk) => (chunk.type === "IDAT" ? [{ type: "zTXt", data }, chunk] : chunk)),
      ),
    ).toThrow(ImageError);
  });

  it.each([
    ["no such bit depth", [0, 0, 0, 3, 0, 0, 0, 2, 5, 2, 0, 0, 0]],
    ["no such colour type", [0, 0, 0, 3, 0, 0, 0, 2, 8, 7, 0, 0, 0]],
    ["no width", [0, 0, 0, 0, 0, 0, 0, 2, 8, 2, 0, 0, 0]],
    ["an unknown compression", [0, 0, 0, 3, 0, 0, 0, 2, 8, 2, 1, 0, 0]],
    ["an unknown interlacing", [0, 0, 0, 3, 0, 0, 0, 2, 8, 2, 0, 0, 2]],
    ["more lines than there are", [0, 0, 0, 3, 0, 0, 0, 3, 8, 2, 0, 0, 0]],
    ["fewer lines than there are", [0, 0, 0, 3, 0, 0, 0, 1, 8, 2, 0, 0, 0]],
    ["a palette without a palette", [0, 0, 0, 9, 0, 0, 0, 2, 8, 3, 0, 0, 0]],
  ])("refuses a header with %s", (_, header) => {
    expect(() => decodePng(withHeader(header))).toThrow(ImageError);
  });

  it("says what it cannot do", () => {
    expect(() => decodePng(open("gray 4 interlaced"))).toThrow(
      "Save the image without interlacing",
    );
    expect(() => decodePng(new TextEncoder().encode("GIF89a........."))).toThrow("no PNG file");
    expect(() => decodePng("image.png" as unknown as Uint8Array)).toThrow(InvalidArgumentError);
  });
});

describe("encodePng", () => {
  it("gives back the same pixels and text", () => {
    const text = {
      prompt: "a red apple",
      settings: JSON.stringify({ prompt: "日本 😀", steps: 50 }),
      tab: "a\tb",
      long: "x".repeat(200_000),
      __proto__: "plain",
    };
    const decoded = decodePng(encodePng(original, { text }));
    expect(decoded.image).toEqual(original);
    expect(decoded.text).toEqual(text);
    expect(decoded.alpha).toBeUndefined();
  });

  it("writes text before the original, as tEXt where that can hold it", () => {
    const chunks = readChunks(
      encodePng(original, { text: { plain: "Grüße\n", unicode: "→", tab: "\t" } }),
    );
    expect(chunks.map(({ type }) => type)).toEqual([
      "IHDR",
      "tEXt",
      "iTXt",
      "iTXt",
      "IDAT",
      "IEND",
    ]);
  });

  it("is the same every time", () => {
    expect(encodePng(original)).toEqual(encodePng(original));
  });

  it("refuses sizes, keywords and text that a file cannot hold", () => {
    expect(() => encodePng({ ...original, width: 4 })).toThrow(InvalidArgumentError);
    expect(() => encodePng({ width: 0, height: 0, data: new Uint8Array(0) })).toThrow(
      InvalidArgumentError,
    );
    for (const keyword of ["", " a", "a ", "a  b", "x".repeat(80), "日本", "a\nb"])
      expect(() => encodePng(original, { text: { [keyword]: "" } })).toThrow(InvalidArgumentError);
    expect(() => encodePng(original, { text: { a: "b\0c" } })).toThrow(InvalidArgumentError);
  });
});

function withHeader(data: number[]): Uint8Array {
  return withChunks((chunk) =>
    chunk.type === "IHDR" ? { type: "IHDR", data: Uint8Array.from(data) } : chunk,
  );
}

function withChunks(change: (chunk: PngChunk) => PngChunk | PngChunk[]): Uint8Array {
  return writeChunks(readChunks(encodePng(original)).flatMap(change));
}

/** In milliseconds. */
function timeOf(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
