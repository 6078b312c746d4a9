import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { type RgbImage, rgbImage } from "@glissade/core";
import { centerCrop } from "@glissade/core/image";
import sharp from "sharp";
import { openNpz } from "./npz.ts";
import { SampleFileError } from "./sample-file-error.ts";

/** Images that come batch after batch. */
export interface Images {
  /** The path, as it was given. */
  readonly name: string;
  readonly count: number;
  batches(options?: { readonly signal?: AbortSignal }): AsyncIterable<readonly RgbImage[]>;
}

export interface OpenImagesOptions {
  /**
   * Cut the square in the middle of each and bring it to so many pixels, as guided-diffusion's data
   * were: for images of several sizes.
   */
  readonly crop?: number;
}

const batchSize = 64;
const formats = new Set([".png", ".jpg", ".jpeg", ".webp"]);
const mostPixels = 2 ** 26;

/**
 * Opens a folder of images (PNG, JPEG, WebP, also in folders inside; in the order of their names,
 * numbers as numbers) or a `.npz` sample batch.
 *
 * @throws SampleFileError where it is missing, empty, damaged, or its images have several sizes
 * and no crop is asked for
 * @example `const images = await openImages("samples.npz");`
 */
export async function openImages(path: string, { crop }: OpenImagesOptions = {}): Promise<Images> {
  const kind = await stat(path).catch((cause) => {
    throw new SampleFileError({
      file: path,
      reason: "cannot be read",
      advice: "Give a folder of images or a .npz file.",
      cause,
    });
  });
  const cropped = (image: RgbImage) => (crop === undefined ? image : centerCrop(image, crop));
  if (kind.isDirectory()) return openFolder(path, cropped);
  if (extname(path) !== ".npz")
    throw new SampleFileError({
      file: path,
      reason: "is neither a folder nor a .npz file",
      advice: "Give a folder of images or a .npz file.",
    });
  const npz = await openNpz(path);
  return {
    name: path,
    count: npz.count,
    async *batches({ signal } = {}) {
      for await (const batch of npz.batches({ batchSize, ...(signal && { signal }) }))
        yield batch.map(cropped);
    },
  };
}

async function openFolder(folder: string, cropped: (image: RgbImage) => RgbImage): Promise<Images> {
  const names = await listImages(folder);
  return {
    name: folder,
    count: names.length,
    async *batches({ signal } = {}) {
      let first: { readonly name: string; readonly image: RgbImage } | undefined;
      for (let start = 0; start < names.length; start += batchSize) {
        const batch: RgbImage[] = [];
        for (const name of names.slice(start, start + batchSize)) {
          signal?.throwIfAborted();
          const image = cropped(await readImage(join(folder, name)));
          first ??= { name, image };
          assertSameSize(folder, first, { name, image });
          batch.push(image);
        }
        yield batch;
      }
    },
  };
}

async function listImages(folder: string): Promise<string[]> {
  const all = await readdir(folder, { recursive: true });
  const names = all.filter(
    (name) =>
      formats.has(extname(name).toLowerCase()) &&
      !name.split(/[\\/]/).some((part) => part.startsWith(".")),
  );
  if (names.length === 0)
    throw new SampleFileError({
      file: folder,
      reason: "holds no image",
      advice: `Give a folder with files that end in ${[...formats].join(", ")}.`,
    });
  return names.sort(new Intl.Collator("en", { numeric: true }).compare);
}

/** As Pillow's convert("RGB"): transparency is dropped, grey becomes three equal channels. */
async function readImage(path: string): Promise<RgbImage> {
  try {
    const decoded = sharp(path, { limitInputPixels: mostPixels, failOn: "warning" })
      .toColourspace("srgb")
      .removeAlpha()
      .raw();
    const { data, info } = await decoded.toBuffer({ resolveWithObject: true });
    return rgbImage(info.width, info.height, Uint8Array.from(data));
  } catch (cause) {
    throw new SampleFileError({
      file: path,
      reason: `is no image that can be read (${cause instanceof Error ? cause.message : cause})`,
      advice: "Take it out of the folder, or make it again.",
      cause,
    });
  }
}

interface NamedImage {
  readonly name: string;
  readonly image: RgbImage;
}

function assertSameSize(folder: string, first: NamedImage, other: NamedImage): void {
  const [a, b] = [first, other].map(({ image: { width, height } }) => `${width}x${height}`);
  if (a === b) return;
  throw new SampleFileError({
    file: folder,
    reason: `has images of several sizes: ${first.name} is ${a}, ${other.name} is ${b}`,
    advice:
      "Give images of one size, or a crop (--crop 256) that cuts the square in the middle of each and brings it to that many pixels.",
  });
}
