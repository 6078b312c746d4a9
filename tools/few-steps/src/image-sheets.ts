import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { contactSheet, decodePng, encodePng, type RgbImage } from "@glissade/core";
import { tiles } from "./tiles.ts";

/** Images of one setting, and what each of them cost. */
export interface MadeImages {
  readonly images: readonly RgbImage[];
  /** Passes of the network that was studied, for one image. */
  readonly evaluations: number;
}

/** Images of a row of a sheet. */
const columns = 16;

/**
 * The images that a study has made, each setting's on a sheet of its own that one can look at, so
 * that a run that was stopped goes on where it was.
 */
export class ImageSheets {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * The first `count` images of a sheet. Those that it does not have yet are made, and kept with
   * the others.
   *
   * @param make gives the images from number `from` to `count - 1`
   */
  async images(
    name: string,
    { count, side }: { readonly count: number; readonly side: number },
    make: (from: number) => Promise<MadeImages>,
  ): Promise<MadeImages> {
    const path = join(this.#folder, `${name}.png`);
    const kept = await readSheet(path, side);
    if (kept && kept.images.length >= count)
      return { ...kept, images: kept.images.slice(0, count) };
    const { images, evaluations } = await make(kept?.images.length ?? 0);
    const all = [...(kept?.images ?? []), ...images];
    await mkdir(this.#folder, { recursive: true });
    const text = { count: String(all.length), evaluations: String(evaluations) };
    await writeFile(`${path}.part`, encodePng(contactSheet(all, { columns, margin: 0 }), { text }));
    await rename(`${path}.part`, path); // a sheet is whole or as it was
    return { images: all, evaluations };
  }
}

async function readSheet(path: string, side: number): Promise<MadeImages | undefined> {
  const bytes = await readFile(path).catch(() => undefined); // not made yet
  if (!bytes) return undefined;
  const { image, text } = decodePng(bytes);
  return {
    images: tiles(image, side).slice(0, Number(text.count)),
    evaluations: Number(text.evaluations),
  };
}
