import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { RgbImage } from "@glissade/core";
import { removeUnfinished, writeFileAtomically } from "@glissade/core/files";
import { openNpz, writeNpz } from "../samples/npz.ts";
import { SampleFileError } from "../samples/sample-file-error.ts";

/** What all images of a folder have in common: with any of it changed they would be others. */
export interface SampleOrigin {
  readonly format: 1;
  readonly model: string;
  readonly captions: string;
  readonly seed: number;
  readonly side: number;
  readonly backend: string;
}

/** Images of one setting that are already there. */
export interface KeptSamples {
  /** In whole batches from the first on. */
  readonly count: number;
  readonly seconds: number;
}

const originName = "sweep.json";
const batchFile = /^(\d{6})-(\d{6})\.npz$/;

/**
 * The images that a sweep has made, in a folder: a batch is a `.npz` file that appears whole, so
 * that a sweep that was killed goes on after its last one.
 */
export class SampleStore {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Opens or begins a sweep's folder.
   *
   * @throws SampleFileError where the folder holds images of another origin, or its description
   * cannot be read
   */
  static async open(folder: string, origin: SampleOrigin): Promise<SampleStore> {
    await mkdir(join(folder, "samples"), { recursive: true });
    const path = join(folder, originName);
    const text = await readFile(path, "utf8").catch(() => undefined); // a new folder
    if (text === undefined)
      await writeFileAtomically(path, `${JSON.stringify(origin, undefined, 1)}\n`);
    else assertSameOrigin(path, text, origin);
    return new SampleStore(folder);
  }

  /** The folder of a sweep that has run. */
  static existing(folder: string): SampleStore {
    return new SampleStore(folder);
  }

  /** What there is of a setting's images. What a killed run left half-written is removed. */
  async kept(setting: string): Promise<KeptSamples> {
    const folder = join(this.#folder, "samples", setting);
    await mkdir(folder, { recursive: true });
    await removeUnfinished(folder);
    const batches = await listBatches(folder);
    const times = await readTimes(folder);
    const seconds = batches.reduce((sum, { name }) => sum + (times[name] ?? 0), 0);
    return { count: batches.at(-1)?.end ?? 0, seconds };
  }

  /** Adds images number `start` and following. */
  async add(
    setting: string,
    start: number,
    images: readonly RgbImage[],
    seconds: number,
  ): Promise<void> {
    const [first] = images;
    if (!first) return;
    const folder = join(this.#folder, "samples", setting);
    const name = `${digits(start)}-${digits(start + images.length)}.npz`;
    await writeNpz(join(folder, name), [images], {
      count: images.length,
      width: first.width,
      height: first.height,
      compress: true,
    });
    const times = { ...(await readTimes(folder)), [name]: seconds };
    await writeFileAtomically(join(folder, "seconds.json"), `${JSON.stringify(times)}\n`);
  }

  /** The first `count` images of a setting, batch after batch. */
  async *batches(
    setting: string,
    count: number,
    signal?: AbortSignal,
  ): AsyncGenerator<readonly RgbImage[], void, void> {
    const folder = join(this.#folder, "samples", setting);
    let left = count;
    for (const { name } of await listBatches(folder)) {
      for await (const batch of (await openNpz(join(folder, name))).batches({
        batchSize: 64,
        ...(signal && { signal }),
      })) {
        yield batch.slice(0, left);
        left -= batch.length;
        if (left <= 0) return;
      }
    }
  }
}

interface Batch {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** The batches that follow each other from the first image on. */
async function listBatches(folder: string): Promise<Batch[]> {
  const all = (await readdir(folder)).flatMap((name) => {
    const [, start, end] = batchFile.exec(name) ?? [];
    return start === undefined ? [] : [{ name, start: Number(start), end: Number(end) }];
  });
  const batches: Batch[] = [];
  for (const batch of all.sort((a, b) => a.start - b.start))
    if (batch.start === (batches.at(-1)?.end ?? 0)) batches.push(batch);
  return batches;
}

async function readTimes(folder: string): Promise<Record<string, number>> {
  // before the first batch
  const text = await readFile(join(folder, "seconds.json"), "utf8").catch(() => "{}");
  const parsed: unknown = JSON.parse(text);
  return Object.fromEntries(
    Object.entries(parsed ?? {}).filter(
      (entry): entry is [string, number] => typeof entry[1] === "number",
    ),
  );
}

function assertSameOrigin(path: string, text: string, origin: SampleOrigin): void {
  const advice = "Choose another folder, or remove this one to begin anew.";
  let found: Readonly<Record<string, unknown>>;
  try {
    found = JSON.parse(text);
  } catch (cause) {
    throw new SampleFileError({
      file: path,
      reason: "is no description of a sweep",
      advice,
      cause,
    });
  }
  for (const [key, value] of Object.entries(origin)) {
    if (isDeepStrictEqual(found[key], value)) continue;
    throw new SampleFileError({
      file: path,
      reason: `is of a sweep with another ${key} (${String(found[key]).slice(0, 80)}, now ${value})`,
      advice,
    });
  }
}

function digits(index: number): string {
  return String(index).padStart(6, "0");
}
