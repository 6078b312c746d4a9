import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeImageRecord, decodePng, encodePng, type RgbImage, rgbImage } from "@glissade/core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runMain } from "./__fixtures__/run-main.ts";

// Few steps keep this fast: what the images show is not tested here.
const quick = ["--steps", "3", "--quiet", "--enlarge", "1"];
let folder: string;
const at = (name: string) => join(folder, name);
const read = async (name: string) => decodePng(await readFile(at(name)));

/** An image of 32 x 32 pixels without two equal bytes beside each other. */
const original = rgbImage(
  32,
  32,
  Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => (i * 37) % 251),
);
const isLeft = (byte: number) => Math.floor(byte / 3) % 32 < 16;
/** The image's bytes on one side, in their order. */
const side = ({ data }: RgbImage, left: boolean) => [...data].filter((_, i) => isLeft(i) === left);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "glissade-editing-"));
  await writeFile(at("image.png"), encodePng(original));
  await writeFile(
    at("mask.png"),
    encodePng({
      ...original,
      data: original.data.map((_, i) => (isLeft(i) ? 0 : 255)),
    }),
  );
});
afterAll(() => rm(folder, { recursive: true }));

describe("glissade inpaint", () => {
  it("makes what the mask says and nothing else, and writes down what it was made from", async () => {
    const out = at("inpainted.png");
    expect(
      await runMain([
        "inpaint",
        "a panda",
        "--image",
        at("image.png"),
        "--mask",
        at("mask.png"),
        "--out",
        out,
        ...quick,
      ]),
    ).toEqual({
      code: 0,
      stdout: `${out}\n`,
      stderr: "",
    });
    const { image, text } = await read("inpainted.png");
    expect(side(image, true)).toEqual(side(original, true));
    expect(side(image, false)).not.toEqual(side(original, false));
    expect(decodeImageRecord(text, out).source).toEqual({
      task: "inpaint",
      image: at("image.png"),
      mask: at("mask.png"),
    });
    const again = await runMain(["reproduce", out]);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain("run glissade inpaint on that again");
  });

  it("adds room around an image", async () => {
    const out = at("extended.png");
    expect(
      (
        await runMain([
          "inpaint",
          "a panda",
          "--image",
          at("image.png"),
          "--extend",
          "8,0,4,2",
          "--out",
          out,
          ...quick,
        ])
      ).code,
    ).toBe(0);
    const { image, text } = await read("extended.png");
    expect([image.width, image.height]).toEqual([44, 34]);
    expect(image.data.subarray(3 * 8, 3 * 40)).toEqual(original.data.subarray(0, 3 * 32));
    expect(decodeImageRecord(text, out).source).toMatchObject({ extend: "8,0,4,2" });
  });

  it.each([
    [2, "--image is missing", []],
    [2, "is opaque everywhere", ["--image", "image.png"]],
    [2, "give one of them", ["--image", "image.png", "--mask", "mask.png", "--extend", "4"]],
    [2, "left, top, right, bottom", ["--image", "image.png", "--extend", "-4"]],
    [1, "nowhere.png", ["--image", "nowhere.png", "--extend", "4"]],
  ])("ends with %i and %j", async (code, message, args) => {
    const before = await readdir(folder);
    const paths = args.map((arg) => (arg.endsWith(".png") ? at(arg) : arg));
    const result = await runMain([
      "inpaint",
      "a panda",
      ...paths,
      "--out",
      at("none.png"),
      ...quick,
    ]);
    expect([result.code, result.stdout]).toEqual([code, ""]);
    expect(result.stderr).toContain(message);
    expect(await readdir(folder)).toEqual(before);
  });
});

describe("glissade edit", () => {
  const edit = async (name: string, ...args: string[]) => {
    const { code, stderr } = await runMain([
      "edit",
      ...args,
      "--image",
      at("image.png"),
      "--out",
      at(name),
      ...quick,
    ]);
    expect([code, stderr]).toEqual([0, ""]);
    return read(name);
  };

  it("gives the image back at strength 0", async () => {
    expect((await edit("same.png", "a panda", "--strength", "0")).image.data).toEqual(
      original.data,
    );
  });

  it("makes variations without a prompt, and begins with the image's own noise where it is told to", async () => {
    const variation = await edit("variation.png", "--seed", "1");
    const [inverted, other] = [
      await edit("inverted.png", "--inversion", "--seed", "1"),
      await edit("other.png", "--inversion", "--seed", "2"),
    ];
    expect(decodeImageRecord(variation.text, "variation.png").settings).toMatchObject({
      prompt: null,
    });
    expect(variation.image.data).not.toEqual(inverted.image.data);
    expect(inverted.image.data).toEqual(other.image.data);
    expect(decodeImageRecord(inverted.text, "inverted.png").source).toEqual({
      task: "edit",
      image: at("image.png"),
      strength: 0.6,
      start: "inversion",
    });
  });

  it("shows a small image that is to be enlarged at the width of a large one", async () => {
    const out = at("enlarged.png");
    const argv = [
      "edit",
      "a panda",
      "--image",
      at("image.png"),
      "--steps",
      "3",
      "--upscale",
      "2",
      "--quiet",
      "--out",
      out,
    ];
    expect((await runMain(argv)).code).toBe(0);
    expect((await read("enlarged.png")).image.width).toBe(256);
  });

  it("says which option another one needs", async () => {
    const { code, stderr } = await runMain([
      "edit",
      "a panda",
      "--image",
      at("image.png"),
      "--source-prompt",
      "a bear",
      ...quick,
    ]);
    expect([code, stderr]).toEqual([2, "error: --source-prompt belongs to --inversion.\n"]);
  });
});

describe("glissade upscale", () => {
  it("takes a photograph", async () => {
    const out = at("photograph-large.png");
    await writeFile(at("photograph.jpg"), await sharp(original.data, { raw: { width: 32, height: 32, channels: 3 } }).jpeg().toBuffer()); // biome-ignore format: one line
    expect((await runMain(["upscale", at("photograph.jpg"), "--out", out, ...quick])).code).toBe(0);
    expect((await read("photograph-large.png")).image.width).toBe(128);
    await writeFile(at("drawing.svg"), "<svg/>");
    expect(
      (await runMain(["upscale", at("drawing.svg"), "--out", out, ...quick])).stderr,
    ).toContain("it is no PNG, JPEG");
  });

  it("enlarges an image by the model's factor", async () => {
    const out = at("large.png");
    expect(
      await runMain(["upscale", at("image.png"), "--prompt", "a panda", "--out", out, ...quick]),
    ).toEqual({ code: 0, stdout: `${out}\n`, stderr: "" });
    const { image, text } = await read("large.png");
    expect([image.width, image.height]).toEqual([128, 128]);
    expect(decodeImageRecord(text, out).source).toEqual({
      task: "upscale",
      image: at("image.png"),
    });
  });
});
