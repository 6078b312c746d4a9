import { InvalidArgumentError, interpreter } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { type Mask, rgbImage } from "../../image/index.ts";
import { MissingNetworkError } from "../../model/description/read.ts";
import { tinyCascade, tinyModel } from "../../testing/tiny-model.ts";
import type { Glide } from "../glide.ts";
import { loadGlide } from "../load-glide.ts";
import type { GenerateStep } from "../run/sampling-loop.ts";

const cascade = await tinyCascade();

async function withGlide<T>(
  use: (glide: Glide) => Promise<T>,
  { change = cascade, keepLoaded = true } = {},
): Promise<T> {
  const backend = interpreter();
  const glide = await loadGlide(await tinyModel(change), { backend, keepLoaded });
  try {
    return await use(glide);
  } finally {
    await glide.dispose();
    expect(backend.openExecutables).toBe(0);
  }
}

/**
 * An image without two equal bytes beside each other, and a mask whose right half is to be made
 * anew.
 */
const square = (side: number) =>
  rgbImage(
    side,
    side,
    Uint8Array.from({ length: side * side * 3 }, (_, i) => (i * 37) % 251),
  );
const rightHalf = (side: number): Mask => ({
  width: side,
  height: side,
  data: Uint8Array.from({ length: side * side }, (_, i) => (i % side < side / 2 ? 0 : 255)),
});

describe("the cascade", () => {
  it("goes on to the upsampler, whose steps are counted with the others", () =>
    withGlide(async (glide) => {
      expect([glide.networks, glide.imageSize]).toEqual([
        ["base", "base_inpaint", "upsampler", "upsampler_inpaint"],
        8,
      ]);
      const steps: GenerateStep[] = [];
      const { images, settings } = await glide.generate({
        prompt: "dot",
        seed: 1,
        onProgress: (step) => steps.push(step),
      });
      expect(images.map(({ width, height, seed }) => [width, height, seed])).toEqual([[8, 8, 1]]);
      expect(steps.map(({ stage, step, steps: total }) => `${stage} ${step}/${total}`)).toEqual([
        "base 1/5",
        "base 2/5",
        "base 3/5",
        "upsampler 4/5",
        "upsampler 5/5",
      ]);
      expect(settings.upscale).toEqual({
        steps: 2,
        sampler: "ddim",
        spacing: "respacing",
        guidance: { name: "classifier-free", scale: 1, interval: [0, 1], rescale: 0 },
        temperature: 1,
      });
      expect(steps.at(-1)?.preview).toEqual(images);
    }));

  it("leaves the upsampler out where it is told to, with the same small image", () =>
    withGlide(async (glide) => {
      const small = await glide.generate({ prompt: "dot", seed: 1, upscale: false });
      let last: GenerateStep | undefined;
      await glide.generate({
        prompt: "dot",
        seed: 1,
        onProgress: (step) => (last = step.stage === "base" ? step : last),
      });
      expect(last?.preview).toEqual(small.images);
      expect(small.images[0]?.width).toBe(4);
    }));

  it("listens to the upsampler's options", () =>
    withGlide(async (glide) => {
      const final = async (upscale: object) =>
        (await glide.generate({ prompt: "dot", seed: 1, upscale })).images[0]?.data.join();
      expect(
        new Set([
          await final({}),
          await final({ temperature: 0.5 }),
          await final({ steps: 3 }),
          await final({ sampler: "ddpm" }),
        ]).size,
      ).toBe(4);
    }));

  it("holds one network at a time where memory is short", async () => {
    const backend = interpreter();
    const glide = await loadGlide(await tinyModel(cascade), { backend, keepLoaded: false });
    expect(backend.openExecutables).toBe(0);
    const open = new Set<string>();
    for await (const { stage } of glide.generate({ prompt: "dot" }))
      open.add(`${stage}: ${backend.openExecutables}`);
    expect([...open]).toEqual(["base: 2", "upsampler: 2"]);
    expect(backend.openExecutables).toBe(0);
    for await (const _ of glide.generate({ prompt: "dot" })) break; // leaving early releases it too
    expect(backend.openExecutables).toBe(0);
    await glide.dispose();
  });

  it("says which network is missing and how to get it", () =>
    withGlide(
      async (glide) => {
        const error = await glide
          .generate({ prompt: "dot", upscale: true })
          .catch((reason: unknown) => reason);
        expect(MissingNetworkError.isInstance(error) && error.network).toBe("upsampler");
        expect(String(error)).toContain("glissade convert");
      },
      { change: {} },
    ));
});

describe("inpaint", () => {
  it("makes what is white in the mask and gives everything else back byte for byte, at the image's own size", () =>
    withGlide(async (glide) => {
      for (const side of [4, 8, 13]) {
        const image = square(side);
        const { images } = await glide.inpaint({
          image,
          mask: rightHalf(side),
          prompt: "dot",
          count: 2,
          seed: 3,
        });
        for (const made of images) {
          expect([made.width, made.height]).toEqual([side, side]);
          const changed = image.data.map((level, i) => (level === made.data[i] ? 0 : 1));
          expect(
            changed
              .filter((_, i) => Math.floor(i / 3) % side < side / 2)
              .every((flag) => flag === 0),
          ).toBe(true);
          expect(changed.some((flag) => flag === 1)).toBe(true);
        }
        expect(images[0]?.data).not.toEqual(images[1]?.data);
      }
    }));

  it("runs the inpainting networks, and the upsampler only for images larger than the base network's", () =>
    withGlide(async (glide) => {
      const stagesFor = async (side: number) => {
        const seen = new Set<string>();
        await glide.inpaint({
          image: square(side),
          mask: rightHalf(side),
          prompt: "dot",
          onProgress: ({ stage }) => seen.add(stage),
        });
        return [...seen];
      };
      expect(await stagesFor(4)).toEqual(["base_inpaint"]);
      expect(await stagesFor(5)).toEqual(["base_inpaint", "upsampler_inpaint"]);
    }));

  it("fills in with the ordinary network where the model has no other, walking back and forth", () =>
    withGlide(
      async (glide) => {
        const steps: GenerateStep[] = [];
        const image = square(4);
        const options = {
          image,
          mask: rightHalf(4),
          prompt: "dot",
          seed: 1,
          resampling: { jumpLength: 2, resamplings: 2 },
        };
        const { images } = await glide.inpaint({
          ...options,
          onProgress: (step) => steps.push(step),
        });
        expect(steps.map(({ step, steps: total }) => `${step}/${total}`).at(-1)).toBe("6/6");
        expect(images[0]?.data.slice(0, 6)).toEqual(image.data.slice(0, 6));
        expect(images[0]?.data).not.toEqual(image.data);
      },
      { change: {} },
    ));

  it.each([
    ["mask", { mask: rightHalf(5) }, "4x4, as the image has"],
    ["mask", { mask: { ...rightHalf(4), data: new Uint8Array(16) } }, "black all over"],
    ["mask", { mask: undefined }, "one byte a pixel"],
    ["mask.data", { mask: { ...rightHalf(4), data: new Uint8Array(3) } }, "16 bytes"],
    ["image", { image: { width: 4, height: 4, data: new Uint8Array(64) } }, "rgbFromRgba"],
    ["image", { image: "a.png" }, "decodePng"],
    ["data", { image: { width: 4, height: 4, data: new Uint8Array(5) } }, "48 bytes"],
    ["resampling.jumpLength", { resampling: { jumpLength: 0 } }, "positive integer"],
  ])("refuses a wrong %s before anything runs", (argument, change, message) =>
    withGlide(async (glide) => {
      const error = await glide
        .inpaint({ image: square(4), mask: rightHalf(4), prompt: "dot", ...(change as object) })
        .catch((reason: unknown) => reason);
      expect(InvalidArgumentError.isInstance(error) && error.argument).toBe(argument);
      expect(String(error)).toContain(message);
    }),
  );

  it.each([
    [1, 1],
    [300, 2],
  ])("takes an image of %i x %i pixels", (width, height) =>
    withGlide(async (glide) => {
      const image = rgbImage(width, height);
      const mask = { width, height, data: new Uint8Array(width * height).fill(255) };
      for (const { images } of [
        await glide.inpaint({ image, mask, prompt: "dot", steps: 1, upscale: false }),
        await glide.imageToImage({ image, mask, prompt: "dot", steps: 1, upscale: false }),
      ])
        expect([images[0]?.width, images[0]?.height]).toEqual([width, height]);
    }),
  );

  it("takes a mask that is white all over, or soft", () =>
    withGlide(async (glide) => {
      const [all, soft] = [255, 100].map((level) => ({
        ...rightHalf(4),
        data: new Uint8Array(16).fill(level),
      }));
      for (const mask of [all, soft])
        expect(
          (await glide.inpaint({ image: square(4), mask: mask as Mask, prompt: "dot" })).images,
        ).toHaveLength(1);
    }));
});

describe("imageToImage", () => {
  it("gives the image back at strength 0, and less of it the greater the strength", () =>
    withGlide(async (glide) => {
      const image = square(4);
      const distance = async (strength: number) => {
        const { images } = await glide.imageToImage({
          image,
          prompt: "dot",
          strength,
          steps: 10,
          seed: 2,
          guidance: 1,
        });
        return image.data.reduce(
          (sum, level, i) => sum + Math.abs(level - (images[0]?.data[i] ?? 0)),
          0,
        );
      };
      const [none, some, all] = [await distance(0), await distance(0.05), await distance(1)];
      expect(none).toBe(0);
      expect(some).toBeGreaterThan(0);
      expect(all).toBeGreaterThan(some);
    }));

  it("keeps to its mask, goes on to the upsampler, and takes no strength outside 0 to 1", () =>
    withGlide(async (glide) => {
      const image = square(8);
      const { images } = await glide.imageToImage({ image, mask: rightHalf(8), prompt: "dot" });
      expect([images[0]?.width, images[0]?.data.slice(0, 12)]).toEqual([
        8,
        image.data.slice(0, 12),
      ]);
      for (const strength of [-0.1, 1.1, Number.NaN])
        await expect(glide.imageToImage({ image, prompt: "dot", strength })).rejects.toThrow(
          /strength/,
        );
    }));

  it("takes the noise of an inversion from the image and what it is said to show, not from the seed", () =>
    withGlide(async (glide) => {
      const made = async (change: object) => {
        const { images, settings } = await glide.imageToImage({
          image: square(4),
          prompt: "dot",
          start: "inversion",
          sampler: "dpmpp-2m",
          seed: 1,
          ...change,
        });
        expect(settings.sampler).toBe("ddim");
        return images[0]?.data.join();
      };
      expect(await made({ seed: 2 })).toBe(await made({}));
      expect(
        new Set([
          await made({}),
          await made({ sourcePrompt: "a line" }),
          await made({ start: "noise", sampler: "ddim" }),
        ]).size,
      ).toBe(3);
    }));

  it("counts the steps of the way there", () =>
    withGlide(async (glide) => {
      const steps: string[] = [];
      const onProgress = ({ step, steps: total }: GenerateStep) => steps.push(`${step}/${total}`);
      await glide.imageToImage({
        image: square(4),
        prompt: null,
        strength: 1,
        steps: 3,
        start: "inversion",
        onProgress,
      });
      expect(steps).toEqual(["1/5", "2/5", "3/5", "4/5", "5/5"]);
    }));

  it.each([
    ["start", { start: "upside-down" }],
    ["sourcePrompt", { start: "inversion", sourcePrompt: 5 }],
    ["sourcePrompt", { sourcePrompt: "a pear" }],
  ])("refuses a wrong %s", (argument, change) =>
    withGlide(async (glide) => {
      const error = await glide
        .imageToImage({ image: square(4), prompt: "dot", ...(change as object) })
        .catch((reason: unknown) => reason);
      expect(InvalidArgumentError.isInstance(error) && error.argument).toBe(argument);
    }),
  );
});
