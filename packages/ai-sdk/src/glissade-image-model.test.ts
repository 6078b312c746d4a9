import { getEventListeners } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { crc32, deflateSync } from "node:zlib";
import { onnx } from "@glissade/backend-onnx";
import {
  decodePng,
  encodePng,
  type Glide,
  ImageError,
  InvalidArgumentError,
  loadGlide,
  ModelNotFoundError,
  type RgbImage,
  rgbImage,
  UnknownNameError,
} from "@glissade/core";
import { generateImage, RetryError } from "ai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ImageFetchError } from "./fetch-image.ts";
import { createGlissade, glissade as defaultProvider } from "./glissade-provider.ts";
import type { GlissadeImageOptions } from "./image-options.ts";

type GenerateImagePrompt = Parameters<typeof generateImage>[0]["prompt"];

globalThis.AI_SDK_LOG_WARNINGS = false;

const backend = onnx({ providers: ["cpu"], threads: 1 });
const glissade = createGlissade({ backend });
let glide: Glide;

beforeAll(async () => {
  glide = await loadGlide("@glissade/model-emoji", { backend });
});

afterAll(async () => {
  await glissade.dispose();
  await glide.dispose();
  expect(backend.openExecutables).toBe(0);
  await backend.dispose();
});

const quick = { steps: 2, upscale: false } as const;

function ask(
  prompt: GenerateImagePrompt,
  options: GlissadeImageOptions = {},
  rest: Partial<Parameters<typeof generateImage>[0]> = {},
) {
  return generateImage({
    model: glissade("emoji"),
    prompt,
    seed: 7,
    providerOptions: { glissade: { ...quick, ...options } },
    ...rest,
  });
}

/** What it ends with, at the first attempt: after a second one the AI SDK ends with its own error. */
async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  const error = await promise.then(
    () => expect.unreachable("it succeeded"),
    (cause: unknown) => cause,
  );
  expect(RetryError.isInstance(error)).toBe(false);
  return error;
}

const apple: RgbImage = rgbImage(
  32,
  32,
  Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => (i * 37) % 256),
);

/** The right half is white, or transparent in an image that is white all over. */
const rightHalf = rgbImage(
  32,
  32,
  Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => (Math.floor(i / 3) % 32 < 16 ? 0 : 255)),
);

describe("generateImage with a Glissade model", () => {
  it("makes the images of glide.generate, byte for byte, with their seeds", async () => {
    const result = await ask("a red apple", {}, { n: 2 });
    const expected = await glide.generate({ prompt: "a red apple", count: 2, seed: 7, ...quick });
    expect(result.images.map(({ uint8Array }) => uint8Array)).toEqual(
      expected.images.map((image) => encodePng(image)),
    );
    expect(result.images.map(({ mediaType }) => mediaType)).toEqual(["image/png", "image/png"]);
    expect(result.images.map(({ providerMetadata }) => providerMetadata?.glissade)).toEqual([
      { seed: 7, width: 32, height: 32 },
      { seed: 8, width: 32, height: 32 },
    ]);
    expect(result.warnings).toEqual([]);
  });

  it("tells with what the images were made, and when", async () => {
    const before = Date.now();
    const { calls } = await ask("a red apple", { guidanceScale: 2, negativePrompt: "blue" });
    const [call] = calls;
    expect(call?.response).toEqual({
      timestamp: expect.any(Date),
      modelId: "emoji",
      headers: undefined,
    });
    expect(call?.response.timestamp.getTime()).toBeGreaterThanOrEqual(before);
    expect(call?.providerMetadata?.glissade).toMatchObject({
      settings: {
        prompt: "a red apple",
        negativePrompt: "blue",
        seed: 7,
        steps: 2,
        sampler: "dpmpp-2m",
        guidance: { scale: 2 },
        upscale: false,
      },
      model: "@glissade/model-emoji",
      executionProvider: "cpu",
    });
  });

  it("makes all images of a request in one call, so that each has its own seed", async () => {
    const { calls, images } = await ask("a red apple", { steps: 1 }, { n: 12 });
    expect(calls).toHaveLength(1);
    expect(new Set(images.map(({ base64 }) => base64)).size).toBe(12);
  });

  it("takes the settings of the model where a call says nothing, and the call's before them", async () => {
    const model = glissade("emoji", { ...quick, guidanceScale: 1.5 });
    const settings = async (options: GlissadeImageOptions) =>
      (
        await generateImage({
          model,
          prompt: "a red apple",
          providerOptions: { glissade: options },
        })
      ).calls[0]?.providerMetadata?.glissade;
    expect(await settings({})).toMatchObject({ settings: { guidance: { scale: 1.5 }, steps: 2 } });
    expect(await settings({ guidanceScale: 3, steps: 1 })).toMatchObject({
      settings: { guidance: { scale: 3 }, steps: 1 },
    });
  });

  it("draws without a prompt where there is none", async () => {
    const { image } = await ask({ images: [] });
    const { images } = await glide.generate({ prompt: null, seed: 7, ...quick });
    expect(image.uint8Array).toEqual(encodePng(images[0] as RgbImage));
  });

  it("keeps the best by CLIP, and tells the scores", async () => {
    const { images } = await ask("a red apple", { keepBest: 2 }, { n: 3 });
    const scores = images.map(({ providerMetadata }) =>
      Number(providerMetadata?.glissade?.clipScore),
    );
    expect(scores).toHaveLength(2);
    expect(scores[0]).toBeGreaterThanOrEqual(scores[1] ?? Number.NaN);
  });
});

describe("size and aspect ratio", () => {
  it("chooses the base network's images or the upsampler's", async () => {
    const small = await ask("a red apple", { upscale: { steps: 1 } }, { size: "32x32" });
    const large = await ask("a red apple", { upscale: { steps: 1 } }, { size: "128x128" });
    const sizes = [small, large].map(({ image }) => decodePng(image.uint8Array).image.width);
    expect(sizes).toEqual([32, 128]);
    expect([...small.warnings, ...large.warnings]).toEqual([]);
    expect(large.calls[0]?.providerMetadata?.glissade).toMatchObject({
      settings: { upscale: { steps: 1 } },
    });
  });

  it.each(["512x512", "128x32"] as const)(
    "warns of %s, which the model does not make",
    async (size) => {
      const { image, warnings } = await ask("a red apple", {}, { size });
      expect(decodePng(image.uint8Array).image.width).toBe(32);
      expect(warnings).toEqual([
        {
          type: "unsupported",
          feature: "size",
          details: `${size} was asked for; this model makes 32x32 or 128x128.`,
        },
      ]);
    },
  );

  it("warns of another aspect ratio than that of a square", async () => {
    expect((await ask("a red apple", {}, { aspectRatio: "1:1" })).warnings).toEqual([]);
    const { warnings } = await ask("a red apple", {}, { aspectRatio: "16:9" });
    expect(warnings).toMatchObject([{ type: "unsupported", feature: "aspectRatio" }]);
  });
});

describe("warnings", () => {
  it("names options that nobody knows", async () => {
    const { warnings } = await ask("a red apple", { ...({ stpes: 3 } as object) });
    expect(warnings).toMatchObject([
      {
        type: "unsupported",
        feature: "providerOptions.glissade.stpes",
        details: expect.stringContaining("steps"),
      },
    ]);
  });

  it("passes on what the model warns of", async () => {
    const { warnings } = await ask("a red apple ".repeat(40));
    expect(warnings).toMatchObject([{ type: "other", message: expect.stringContaining("tokens") }]);
  });

  it("says that a strength does nothing without an image", async () => {
    const { warnings } = await ask("a red apple", { strength: 0.5 });
    expect(warnings).toMatchObject([
      { type: "unsupported", feature: "providerOptions.glissade.strength" },
    ]);
  });
});

describe("an image to begin with", () => {
  const png = encodePng(apple);

  it("is edited as glide.imageToImage does, by its strength", async () => {
    const { image, warnings } = await ask(
      { images: [png], text: "a red apple" },
      { steps: 4, strength: 0.5 },
    );
    const expected = await glide.imageToImage({
      image: apple,
      prompt: "a red apple",
      seed: 7,
      strength: 0.5,
      steps: 4,
      upscale: false,
    });
    expect(image.uint8Array).toEqual(encodePng(expected.images[0] as RgbImage));
    expect(warnings).toEqual([]);
  });

  it("may come as base64", async () => {
    const { image } = await ask(
      { images: [Buffer.from(png).toString("base64")], text: "a red apple" },
      { strength: 0 },
    );
    expect(decodePng(image.uint8Array).image.data).toEqual(apple.data);
    const direct = await glissade("emoji").doGenerate({
      prompt: "a red apple",
      n: 1,
      size: undefined,
      aspectRatio: undefined,
      seed: 1,
      mask: undefined,
      files: [{ type: "file", mediaType: "image/png", data: Buffer.from(png).toString("base64") }],
      providerOptions: { glissade: { ...quick, strength: 0 } },
    });
    expect(decodePng(direct.images[0] as Uint8Array).image.data).toEqual(apple.data);
  });

  it("is filled in where the mask is white, and comes back byte for byte elsewhere", async () => {
    const { image } = await ask({ images: [png], mask: encodePng(rightHalf), text: "a red apple" });
    const made = decodePng(image.uint8Array).image;
    const expected = await glide.inpaint({
      image: apple,
      mask: { width: 32, height: 32, data: halfMask() },
      prompt: "a red apple",
      seed: 7,
      ...quick,
    });
    expect(made.data).toEqual(expected.images[0]?.data);
    const changed = Array.from({ length: 32 * 32 }, (_, pixel) =>
      [0, 1, 2].some(
        (channel) => made.data[3 * pixel + channel] !== apple.data[3 * pixel + channel],
      ),
    );
    expect(changed.filter((isChanged, pixel) => isChanged && pixel % 32 < 16)).toEqual([]);
    expect(changed.filter((isChanged) => isChanged).length).toBeGreaterThan(400);
  });

  it("is filled in where the mask is transparent, in a mask that has transparency", async () => {
    const white = await ask({ images: [png], mask: encodePng(rightHalf), text: "a red apple" });
    const transparent = await ask({
      images: [png],
      mask: transparentRightHalf(),
      text: "a red apple",
    });
    expect(transparent.image.uint8Array).toEqual(white.image.uint8Array);
  });

  it("keeps its size where a part of it is made anew, and warns of another", async () => {
    const wide = rgbImage(40, 20);
    const mask = encodePng(rgbImage(40, 20, new Uint8Array(40 * 20 * 3).fill(255)));
    const prompt = { images: [encodePng(wide)], mask, text: "a red apple" };
    const { image, warnings } = await ask(prompt, {}, { size: "32x32", aspectRatio: "1:1" });
    expect(decodePng(image.uint8Array).image).toMatchObject({ width: 40, height: 20 });
    expect(warnings).toMatchObject([
      { feature: "aspectRatio", details: "1:1 was asked for; the image keeps its 40x20." },
      { feature: "size", details: "32x32 was asked for; the image keeps its 40x20." },
    ]);
    expect((await ask(prompt, {}, { size: "40x20" })).warnings).toEqual([]);
  });

  it("loses its transparency with a warning", async () => {
    const { warnings } = await ask({ images: [transparentRightHalf()], text: "a red apple" });
    expect(warnings).toMatchObject([{ type: "unsupported", feature: "transparency" }]);
  });

  it("is the only one", async () => {
    expect(await failureOf(ask({ images: [png, png], text: "a red apple" }))).toSatisfy(
      InvalidArgumentError.isInstance.bind(InvalidArgumentError),
    );
    expect(await failureOf(ask({ images: [], mask: png, text: "a red apple" }))).toMatchObject({
      argument: "images",
    });
  });

  it("is refused where it is no PNG file, or has another size than its mask", async () => {
    const jpeg = await failureOf(
      ask({ images: [Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)], text: "a red apple" }),
    );
    expect(ImageError.isInstance(jpeg)).toBe(true);
    expect(jpeg).toMatchObject({
      message: expect.stringMatching(/^images\[0\] cannot be read\..* Give a PNG file\.$/),
    });
    const mask = encodePng(rgbImage(8, 8, new Uint8Array(8 * 8 * 3).fill(255)));
    expect(await failureOf(ask({ images: [png], mask, text: "a red apple" }))).toMatchObject({
      argument: "mask",
    });
  });
});

describe("an image that is given as a URL", () => {
  const server = createServer((request, response) => {
    if (request.url === "/apple.png") response.end(encodePng(apple));
    else if (request.url === "/slow.png") response.writeHead(200).write("x");
    else response.writeHead(404).end();
  });
  const fetching = createGlissade({ backend, fetch: (...request) => fetch(...request) });
  const edit = (url: string, rest = {}) =>
    generateImage({
      model: fetching("emoji"),
      prompt: { images: [url], text: "a red apple" },
      providerOptions: { glissade: { ...quick, strength: 0 } },
      ...rest,
    });
  let origin = "";

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await fetching.dispose();
  });

  it("is refused where nothing was allowed to fetch it", async () => {
    const error = await failureOf(ask({ images: [`${origin}/apple.png`], text: "a red apple" }));
    expect(InvalidArgumentError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({
      argument: "images[0]",
      message: expect.stringContaining("createGlissade({ fetch })"),
    });
  });

  it("is fetched with the fetch that was given", async () => {
    const { image } = await edit(`${origin}/apple.png`);
    expect(decodePng(image.uint8Array).image.data).toEqual(apple.data);
  });

  it("says what the server answered", async () => {
    const error = await failureOf(edit(`${origin}/none.png`));
    expect(ImageFetchError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ status: 404, url: `${origin}/none.png` });
  });

  it("is left where the caller aborts", async () => {
    const signal = AbortSignal.timeout(100);
    expect(await failureOf(edit(`${origin}/slow.png`, { abortSignal: signal }))).toBe(
      signal.reason,
    );
  });
});

describe("what cannot be served", () => {
  it.each([
    ["steps", { steps: 0 }],
    ["guidanceScale", { guidanceScale: "much" }],
    ["clipGuidance", { clipGuidance: "2" }],
    ["upscale", { upscale: "no" }],
    ["keepBest", { keepBest: 5 }],
    ["negativePrompt", { negativePrompt: 3 }],
  ])("keeps its class where %s is wrong, and is not tried again", async (argument, options) => {
    const error = await failureOf(ask("a red apple", options as GlissadeImageOptions));
    expect(InvalidArgumentError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ argument });
  });

  it("keeps its class for a sampler that does not exist, too many images and a model that is not there", async () => {
    expect(
      UnknownNameError.isInstance(
        await failureOf(ask("a red apple", { ...({ sampler: "ddmi" } as object) })),
      ),
    ).toBe(true);
    expect(await failureOf(ask("a red apple", {}, { n: 257 }))).toMatchObject({
      argument: "n",
      received: 257,
    });
    expect(
      await failureOf(
        ask("a red apple", { strength: 2 }, { prompt: { images: [encodePng(apple)] } }),
      ),
    ).toMatchObject({ argument: "strength" });
    const missing = await failureOf(
      generateImage({ model: glissade("@glissade/model-none"), prompt: "a red apple" }),
    );
    expect(ModelNotFoundError.isInstance(missing)).toBe(true);
    expect(missing).toMatchObject({
      message: expect.stringContaining("npm install @glissade/model-none"),
    });
  });

  it("ends with the signal's reason between two steps, and leaves nothing on the signal", async () => {
    const controller = new AbortController();
    const reason = new Error("the visitor has gone");
    setTimeout(() => controller.abort(reason), 150);
    expect(
      await failureOf(ask("a red apple", { steps: 1000 }, { abortSignal: controller.signal })),
    ).toBe(reason);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    expect(
      await failureOf(ask("a red apple", {}, { abortSignal: AbortSignal.abort(reason) })),
    ).toBe(reason);
  });
});

describe("the default provider", () => {
  it("makes an image with nothing but a name, until it is disposed of", async () => {
    const model = defaultProvider("emoji", quick);
    const { image } = await generateImage({ model, prompt: "a red apple", seed: 7 });
    expect(decodePng(image.uint8Array).image.width).toBe(32);
    await defaultProvider.dispose();
    expect(await failureOf(generateImage({ model, prompt: "a red apple" }))).toMatchObject({
      name: "DisposedError",
    });
  });
});

function halfMask(): Uint8Array {
  return Uint8Array.from({ length: 32 * 32 }, (_, pixel) => (pixel % 32 < 16 ? 0 : 255));
}

/** A white PNG file with alpha, written by hand: `encodePng` writes opaque ones only. */
function transparentRightHalf(): Uint8Array {
  const lines = Array.from({ length: 32 }, () => [
    0,
    ...Array.from({ length: 32 }, (_, x) => [255, 255, 255, x < 16 ? 255 : 0]).flat(),
  ]).flat();
  const header = Buffer.from([0, 0, 0, 32, 0, 0, 0, 32, 8, 6, 0, 0, 0]); // 32 x 32, 8 bits, RGBA
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.from(lines))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
