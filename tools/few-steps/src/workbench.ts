import { createHash } from "node:crypto";
import { join } from "node:path";
import {
  type Backend,
  type GeneratedImage,
  type Glide,
  loadGlide,
  type ModelSource,
} from "@glissade/core";
import { type ModelFiles, openModelFiles } from "@glissade/core/model";
import { type ClipNetwork, openClipNetwork } from "@glissade/evaluate";
import captions from "./captions.json" with { type: "json" };
import { countedBackend, type RunCounts } from "./counted-backend.ts";
import { ImageSheets, type MadeImages } from "./image-sheets.ts";
import { describeSetting, type Setting } from "./settings.ts";

/**
 * The seeds of the upsampler's noise begin so much later than those of the small images: both
 * draw from the same kind of stream.
 */
const upsamplerSeeds = 500_000;

/** A model with what its images are measured by. */
export class Workbench {
  readonly glide: Glide;
  readonly features: ClipNetwork;
  readonly #counts: RunCounts;
  readonly #sheets: ImageSheets;

  constructor(parts: {
    readonly glide: Glide;
    readonly features: ClipNetwork;
    readonly counts: RunCounts;
    readonly sheets: ImageSheets;
  }) {
    this.glide = parts.glide;
    this.features = parts.features;
    this.#counts = parts.counts;
    this.#sheets = parts.sheets;
  }

  /** Image k shows caption k with the seed `seed + k`, whatever the setting. */
  baseImages(setting: Setting, { count, seed }: ImageChoice): Promise<MadeImages> {
    const make = async (k: number) =>
      firstOf(
        await this.glide.generate({
          prompt: captionOf(k),
          seed: seed + k,
          upscale: false,
          ...setting,
        }),
      );
    const name = `base ${describeSetting(setting)}, seed ${seed}`;
    return this.#sheets.images(name, { count, side: this.glide.baseSize }, (from) =>
      this.#counted("U-Net of base", { from, to: count }, make),
    );
  }

  /** The images of a base setting, enlarged. */
  async largeImages(base: Setting, setting: Setting, choice: ImageChoice): Promise<MadeImages> {
    const { images } = await this.baseImages(base, choice);
    const { count, seed } = choice;
    const make = async (k: number) =>
      firstOf(
        await this.glide.upscale({
          image: at(images, k),
          prompt: captionOf(k),
          seed: seed + upsamplerSeeds + k,
          ...setting,
        }),
      );
    const name = `base ${describeSetting(base)}, upsampler ${describeSetting(setting)}, seed ${seed}`;
    return this.#sheets.images(name, { count, side: this.glide.imageSize }, (from) =>
      this.#counted("U-Net of upsampler", { from, to: count }, make),
    );
  }

  /** Makes images `from` to `to - 1`, and counts the passes of a network an image. */
  async #counted(
    network: string,
    { from, to }: { readonly from: number; readonly to: number },
    make: (k: number) => Promise<GeneratedImage>,
  ): Promise<MadeImages> {
    const before = this.#counts.get(network) ?? 0;
    const images: GeneratedImage[] = [];
    for (let k = from; k < to; k++) images.push(await make(k));
    return { images, evaluations: ((this.#counts.get(network) ?? 0) - before) / (to - from) };
  }

  async dispose(): Promise<void> {
    await Promise.all([this.features.dispose(), this.glide.dispose()]);
  }
}

export interface ImageChoice {
  readonly count: number;
  readonly seed: number;
}

/** @param work where images are kept, in a folder for just these weights */
export async function openWorkbench(
  model: ModelSource,
  { backend, work }: { readonly backend: Backend; readonly work: string },
): Promise<Workbench> {
  const files = await openModelFiles(model);
  const counts: RunCounts = new Map();
  return new Workbench({
    glide: await loadGlide(model, { backend: countedBackend(backend, counts) }),
    features: await openClipNetwork(model, { backend }),
    counts,
    sheets: new ImageSheets(join(work, await fingerprint(files))),
  });
}

/** Most images that a study can ask for. */
export const mostImages = captions.length;

function captionOf(k: number): string {
  return at(captions, k);
}

/** Of the weights that make images. */
async function fingerprint(files: ModelFiles): Promise<string> {
  const hash = createHash("sha256");
  for (const network of ["base", "upsampler"]) {
    const weights = await files.openWeights(`${network}/model.safetensors`);
    for (const name of weights.names) hash.update(name).update(await weights.read(name));
    await weights.dispose();
  }
  return hash.digest("hex").slice(0, 12);
}

function firstOf({ images }: { readonly images: readonly GeneratedImage[] }): GeneratedImage {
  return at(images, 0);
}

function at<T>(list: readonly T[], k: number): T {
  const entry = list[k];
  if (entry === undefined)
    throw new Error(`There are ${list.length}, and number ${k + 1} was asked for.`);
  return entry;
}
