import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodePng, encodePngWithRecord, type RgbImage, rgbImage } from "@glissade/core";
import type { ContestantFolder } from "../contestants.ts";

/** A folder that is removed when it is disposed of. */
export async function temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "glissade-arena-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** An image of one colour with a lighter square, so that it can be told apart from others. */
export function contestImage(red: number, green: number, blue: number, side = 32): RgbImage {
  const image = rgbImage(side, side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const isInside = x > side / 4 && x < (side * 3) / 4 && y > side / 4 && y < (side * 3) / 4;
      image.data.set(isInside ? [255 - red, 255 - green, 255 - blue] : [red, green, blue], (y * side + x) * 3);
    }
  }
  return image;
}

export interface ContestOptions {
  readonly names?: readonly string[];
  readonly images?: number;
  /** Default: one for each image. */
  readonly captions?: readonly string[] | false;
  readonly side?: number;
}

/**
 * Folders of images 0001.png, 0002.png, ... that carry the contestant's name in their text, as a
 * careless program might write it. The contestant's number is the red channel.
 */
export async function makeContest(folder: string, { names = ["secret-alpha", "secret-beta"], images = 4, captions, side = 32 }: ContestOptions = {}): Promise<ContestantFolder[]> {
  const sets: ContestantFolder[] = [];
  for (const [number, name] of names.entries()) {
    const set = { name, folder: join(folder, `folder-${number}`) };
    await mkdir(set.folder, { recursive: true });
    for (let k = 1; k <= images; k++) {
      const image = contestImage(number * 60, (k * 37) % 256, 200, side);
      await writeFile(join(set.folder, `${String(k).padStart(4, "0")}.png`), encodePng(image, { text: { Comment: `made by ${name}` } }));
    }
    sets.push(set);
  }
  if (captions !== false) {
    const texts = captions ?? Array.from({ length: images }, (_, k) => `caption of image ${k + 1}`);
    await writeFile(join(sets[0]?.folder ?? folder, "captions.json"), JSON.stringify(texts));
  }
  return sets;
}

/** A PNG file with glissade's record, as `glissade generate` writes it. */
export function recordedImage(prompt: string): Uint8Array {
  return encodePngWithRecord(contestImage(1, 2, 3), {
    glissade: "0.0.0",
    model: { source: "secret-model" },
    settings: {
      prompt,
      negativePrompt: "",
      count: 1,
      seed: 5,
      seedMode: "per-image",
      steps: 15,
      sampler: "ddim",
      spacing: "linear",
      guidance: { name: "classifier-free", scale: 3, interval: [0, 1], rescale: 0 },
      dynamicThresholding: undefined,
      clipGuidance: undefined,
      keepBest: undefined,
      upscale: false,
    },
    image: 0,
    seed: 5,
    enlarge: 1,
    backend: "onnx",
    provider: "cpu",
  });
}
