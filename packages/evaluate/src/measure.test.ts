import { readFileSync } from "node:fs";
import { onnx } from "@glissade/backend-onnx";
import { InvalidArgumentError, type RgbImage, rgbImage, type Tensor } from "@glissade/core";
import { rows } from "@glissade/graph";
import { emoji } from "@glissade/model-emoji";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ClipNetwork, openClipNetwork } from "./features/clip-network.ts";
import { type ImageFeatures, readFeatures } from "./features/image-features.ts";
import { gaussianFit } from "./formulas/feature-moments.ts";
import { frechetDistance } from "./formulas/frechet-distance.ts";
import { measure } from "./measure.ts";
import { openNpz } from "./samples/npz.ts";

// The held-out images of the embedded model, through its own CLIP: real images, real features.
const evaluation = new URL("../../model-emoji/evaluation/", import.meta.url);
const captions: string[] = JSON.parse(readFileSync(new URL("captions.json", evaluation), "utf8"));
const backend = onnx();
let clip: ClipNetwork;
const images: RgbImage[] = [];
let all: ImageFeatures;
let texts: Tensor;

beforeAll(async () => {
  clip = await openClipNetwork(emoji, { backend });
  for await (const batch of (await openNpz(new URL("held-out.npz", evaluation).pathname)).batches({
    batchSize: 100,
  }))
    images.push(...batch);
  all = await features(images);
  texts = await clip.texts(captions);
});
afterAll(async () => {
  await clip.dispose();
  await backend.dispose();
});

const features = (images: readonly RgbImage[], name = "images") =>
  readFeatures([images], clip, { name });
const withCaptions = (images: Tensor, of: Tensor, names: readonly string[]) => ({
  images,
  texts: of,
  captions: names,
  logitScale: clip.logitScale,
});

describe("checks that a wrong metric cannot pass", () => {
  it("two halves of one set are near each other, and the nearer the larger they are", () => {
    const between = (count: number) =>
      frechetDistance(
        gaussianFit(rows(all.pooled, 0, count)),
        gaussianFit(rows(all.pooled, 280, 280 + count)),
      );
    const [few, more, most] = [between(35), between(140), between(280)];
    expect(few).toBeGreaterThan(1.5 * more);
    expect(more).toBeGreaterThan(1.5 * most);
    expect(most).toBeLessThan(0.03);
  });

  it("a set of one thing again and again has high precision and low recall", async () => {
    const moon = images[7] as RgbImage;
    const nearly = Array.from({ length: 60 }, (_, k) =>
      rgbImage(
        32,
        32,
        moon.data.map((level, i) =>
          Math.min(255, Math.max(0, level + (((i * 7 + k * 13) % 5) - 2))),
        ),
      ),
    );
    const { metrics } = await measure(all, await features(nearly));
    expect(metrics.precision).toBeGreaterThan(0.9);
    expect(metrics.recall).toBeLessThan(0.05);
    expect(metrics.coverage).toBeLessThan(0.1);
    expect(metrics.diversity).toBeLessThan(0.5);
  });

  it("noise has low precision and is far away by every distance", async () => {
    const noise = Array.from({ length: 60 }, (_, k) =>
      rgbImage(
        32,
        32,
        Uint8Array.from(
          { length: 3072 },
          (_, i) => (1e4 * Math.sin(i * 12.9898 + k * 78.233)) & 255,
        ),
      ),
    );
    const [near, far] = [
      await measure(all, await features(images.slice(0, 60))),
      await measure(all, await features(noise)),
    ];
    expect(near.metrics.precision).toBe(1); // they are a part of the reference
    expect(far.metrics.precision).toBeLessThan(0.1);
    expect(far.metrics.fid).toBeGreaterThan(5 * near.metrics.fid);
    expect(far.metrics.kid.mean).toBeGreaterThan(0.005);
    expect(Math.abs(near.metrics.kid.mean)).toBeLessThan(0.001);
  });

  it("shuffled captions are found as often as by guessing, and the right ones far more often", async () => {
    const shuffled = captions.map((_, i) => captions[(i + 211) % captions.length] as string);
    const right = await measure(all, all, { captioned: withCaptions(all.pooled, texts, captions) });
    const wrong = await measure(all, all, {
      captioned: withCaptions(all.pooled, await clip.texts(shuffled), shuffled),
    });
    const { precision, chance } = wrong.metrics.rPrecision ?? { precision: 1, chance: 0 };
    expect(chance).toBe(0.01);
    expect(Math.abs(precision - chance)).toBeLessThan(
      3 * Math.sqrt((chance * (1 - chance)) / captions.length),
    ); // three standard deviations of guessing
    expect(right.metrics.rPrecision?.precision).toBeGreaterThan(10 * chance);
    expect(right.metrics.clipScore).toBeGreaterThan(2 + (wrong.metrics.clipScore ?? 0));
  });

  it("classes from captions give an Inception score between 1 and their number", async () => {
    const classed = await openClipNetwork(emoji, {
      backend,
      classes: ["an animal", "food", "a face", "a building"],
    });
    const of = async (images: readonly RgbImage[]) =>
      (
        await measure(
          await readFeatures([images], classed, { name: "a" }),
          await readFeatures([images], classed, { name: "b" }),
        )
      ).metrics.inceptionScore ?? 0;
    const [varied, same] = [
      await of(images),
      await of(new Array<RgbImage>(20).fill(images[0] as RgbImage)),
    ];
    await classed.dispose();
    expect(same).toBeCloseTo(1, 6);
    expect(varied).toBeGreaterThan(1.1);
    expect(varied).toBeLessThan(4);
  });
});

describe("measure", () => {
  it("tells everything that the numbers depend on, and warns of few images", async () => {
    const { card } = await measure(all, await features(images.slice(0, 40), "forty"), {
      seed: 3,
    });
    expect(card).toMatchObject({
      features: {
        name: "clip-image-embedding",
        resize: "pillow-bicubic-32",
        dimensions: 128,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      reference: { count: 560 },
      samples: { name: "forty", count: 40, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      seed: 3,
    });
    expect(card.notes.join("\n")).toContain(
      "40 images in the smaller set and 128 feature dimensions: its covariance is singular",
    );
    expect(card.notes.join("\n")).toContain("560 and 40 images");
    expect(card.notes.join("\n")).toContain("no FID of the literature");
  });

  it("gives the same numbers whatever the batches, and another hash for other images", async () => {
    const [whole, cut] = [
      await features(images.slice(0, 70)),
      await readFeatures([images.slice(0, 1), images.slice(1, 50), images.slice(50, 70)], clip, {
        name: "cut",
      }),
    ];
    expect(cut.set.sha256).toBe(whole.set.sha256);
    expect((await features(images.slice(1, 71))).set.sha256).not.toBe(whole.set.sha256);
    expect((await measure(all, cut)).metrics.fid).toBeCloseTo(
      (await measure(all, whole)).metrics.fid,
      6,
    );
  });

  it("refuses too few images, no images, and features of two networks", async () => {
    await expect(measure(all, await features(images.slice(0, 5)))).rejects.toThrow(
      "expected at least 6",
    );
    await expect(readFeatures([], clip, { name: "nothing" })).rejects.toThrow(InvalidArgumentError);
    const other: ImageFeatures = { ...all, network: { ...all.network, sha256: "0".repeat(64) } };
    await expect(measure(all, other)).rejects.toThrow(
      "Features compare only where one network made both",
    );
  });

  it("hears an abort between two batches", async () => {
    const controller = new AbortController();
    const batches = (function* () {
      yield images.slice(0, 10);
      controller.abort(new Error("enough"));
      yield images.slice(10, 20);
    })();
    await expect(
      readFeatures(batches, clip, { name: "stopped", signal: controller.signal }),
    ).rejects.toThrow("enough");
  });
});
