import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodePng, type RgbImage } from "@glissade/core";
import { fillFolderAtomically } from "@glissade/core/files";
import {
  type SweepImage,
  type SweepOptions,
  type SweepSetting,
  samplesName,
  sweptImages,
  writeNpz,
} from "@glissade/evaluate";
import { given } from "../arguments.ts";
import type { AskedSweep } from "./evaluate-options.ts";

/** Images of each setting that the report shows. */
const shownCount = 16;

type Sweep = Pick<SweepOptions, "folder" | "settings" | "samples" | "captions" | "signal">;

/** The first images of every setting with their captions. */
export function shownImages(sweep: Sweep): Promise<SweepImage[][]> {
  return Promise.all(
    sweep.settings.map((setting) =>
      captionedImages(sweep, setting, Math.min(shownCount, sweep.samples)),
    ),
  );
}

/**
 * Writes every setting's images beside the report, in the formats that are asked for; settings
 * that share images share files.
 */
export async function exportImages(sweep: Sweep, formats: AskedSweep["exports"]): Promise<void> {
  const settings = new Map(sweep.settings.map((setting) => [samplesName(setting), setting]));
  for (const [name, setting] of settings) {
    if (formats.includes("npz"))
      await writeSampleBatch(sweep, setting, join(sweep.folder, "samples", `${name}.npz`));
    if (formats.includes("png")) await writeImageFolder(sweep, setting, name);
  }
}

/** As one sample batch of guided-diffusion. */
async function writeSampleBatch(sweep: Sweep, setting: SweepSetting, path: string): Promise<void> {
  const { folder, samples: count, signal } = sweep;
  const [first] = await imagesOf(sweep, setting, 1);
  const { width = 0, height = 0 } = first ?? {}; // there is at least one
  await writeNpz(path, sweptImages(folder, setting, count, signal), {
    count,
    width,
    height,
    ...given({ signal }),
  });
}

/** As PNG files with their captions: what `glissade arena` takes. */
async function writeImageFolder(sweep: Sweep, setting: SweepSetting, name: string): Promise<void> {
  const images = await captionedImages(sweep, setting, sweep.samples);
  await mkdir(join(sweep.folder, "images"), { recursive: true });
  await fillFolderAtomically(join(sweep.folder, "images", name), async (folder) => {
    for (const [k, { image }] of images.entries()) {
      sweep.signal?.throwIfAborted();
      await writeFile(join(folder, `${String(k).padStart(5, "0")}.png`), encodePng(image));
    }
    await writeFile(
      join(folder, "captions.json"),
      `${JSON.stringify(images.map(({ caption }) => caption))}\n`,
    );
  });
}

async function captionedImages(
  sweep: Sweep,
  setting: SweepSetting,
  count: number,
): Promise<SweepImage[]> {
  const images = await imagesOf(sweep, setting, count);
  return images.map((image, k) => ({
    image,
    caption: sweep.captions[k % sweep.captions.length] ?? "",
  }));
}

async function imagesOf(
  { folder, signal }: Pick<Sweep, "folder" | "signal">,
  setting: SweepSetting,
  count: number,
): Promise<RgbImage[]> {
  const images: RgbImage[] = [];
  for await (const batch of sweptImages(folder, setting, count, signal)) images.push(...batch);
  return images;
}
