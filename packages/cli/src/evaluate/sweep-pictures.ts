import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodePng, type RgbImage } from "@glissade/core";
import { fillFolderAtomically } from "@glissade/core/files";
import {
  type SweepOptions,
  type SweepPicture,
  type SweepSetting,
  samplesName,
  sweptPictures,
  writeNpz,
} from "@glissade/evaluate";
import { given } from "../arguments.ts";
import type { AskedSweep } from "./evaluate-options.ts";

/** Pictures of each setting that the report shows. */
const shownCount = 16;

type Sweep = Pick<SweepOptions, "folder" | "settings" | "samples" | "captions" | "signal">;

/** The first pictures of every setting with their captions. */
export function shownPictures(sweep: Sweep): Promise<SweepPicture[][]> {
  return Promise.all(
    sweep.settings.map((setting) =>
      captionedPictures(sweep, setting, Math.min(shownCount, sweep.samples)),
    ),
  );
}

/**
 * Writes every setting's pictures beside the report, in the formats that are asked for; settings
 * that share pictures share files.
 */
export async function exportPictures(sweep: Sweep, formats: AskedSweep["exports"]): Promise<void> {
  const settings = new Map(sweep.settings.map((setting) => [samplesName(setting), setting]));
  for (const [name, setting] of settings) {
    if (formats.includes("npz"))
      await writeSampleBatch(sweep, setting, join(sweep.folder, "samples", `${name}.npz`));
    if (formats.includes("png")) await writePictureFolder(sweep, setting, name);
  }
}

/** As one sample batch of guided-diffusion. */
async function writeSampleBatch(sweep: Sweep, setting: SweepSetting, path: string): Promise<void> {
  const { folder, samples: count, signal } = sweep;
  const [first] = await picturesOf(sweep, setting, 1);
  const { width = 0, height = 0 } = first ?? {}; // there is at least one
  await writeNpz(path, sweptPictures(folder, setting, count, signal), {
    count,
    width,
    height,
    ...given({ signal }),
  });
}

/** As PNG files with their captions: what `glissade arena` takes. */
async function writePictureFolder(
  sweep: Sweep,
  setting: SweepSetting,
  name: string,
): Promise<void> {
  const pictures = await captionedPictures(sweep, setting, sweep.samples);
  await mkdir(join(sweep.folder, "pictures"), { recursive: true });
  await fillFolderAtomically(join(sweep.folder, "pictures", name), async (folder) => {
    for (const [k, { image }] of pictures.entries()) {
      sweep.signal?.throwIfAborted();
      await writeFile(join(folder, `${String(k).padStart(5, "0")}.png`), encodePng(image));
    }
    await writeFile(
      join(folder, "captions.json"),
      `${JSON.stringify(pictures.map(({ caption }) => caption))}\n`,
    );
  });
}

async function captionedPictures(
  sweep: Sweep,
  setting: SweepSetting,
  count: number,
): Promise<SweepPicture[]> {
  const images = await picturesOf(sweep, setting, count);
  return images.map((image, k) => ({
    image,
    caption: sweep.captions[k % sweep.captions.length] ?? "",
  }));
}

async function picturesOf(
  { folder, signal }: Pick<Sweep, "folder" | "signal">,
  setting: SweepSetting,
  count: number,
): Promise<RgbImage[]> {
  const pictures: RgbImage[] = [];
  for await (const batch of sweptPictures(folder, setting, count, signal)) pictures.push(...batch);
  return pictures;
}
