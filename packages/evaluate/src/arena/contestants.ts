import { open, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  decodeImageRecord,
  decodePng,
  encodePng,
  ImageSettingsError,
  InvalidArgumentError,
} from "@glissade/core";
import { ContestantsError } from "./arena-errors.ts";
import { readCaptions } from "./captions.ts";

/** A named set of images. */
export interface ContestantFolder {
  /** As results call it: 1 to 100 printable characters. Raters never learn it. */
  readonly name: string;
  /** A folder of PNG files. */
  readonly folder: string;
}

/** An image that every contestant has made. */
export interface ContestedImage {
  /** The name of the file, the same in every folder. */
  readonly file: string;
  /** What it should show; null where nothing says so. */
  readonly caption: string | null;
}

export interface Contestants {
  readonly names: readonly string[];
  /** In the order of their names, numbers by value. */
  readonly images: readonly ContestedImage[];
  /** What was left out, and why. */
  readonly warnings: readonly string[];
  /**
   * A contestant's image as a PNG file of nothing but pixels: whatever text the file has is gone,
   * and what is transparent is white.
   *
   * @throws ContestantsError where the file has gone or is damaged
   */
  read(name: string, file: string): Promise<Uint8Array<ArrayBuffer>>;
}

export interface OpenContestantsOptions {
  /**
   * A JSON file of captions: an array in the order of the first folder's files, or an object by
   * file name. Default: `captions.json` in the first folder where there is one, else the prompts in
   * the first folder's images.
   */
  readonly captions?: string;
  readonly signal?: AbortSignal;
}

const captionsFile = "captions.json";
const mostContestants = 64;
const mostBytes = 64 * 2 ** 20;
const mostPixels = 2 ** 24;

/**
 * Finds what competes: images of the same file name in two or more folders.
 *
 * @throws ContestantsError where a folder cannot be read or is empty, no name is in all of them, a
 * file is no PNG, or the captions do not fit
 * @throws InvalidArgumentError for fewer than two sets, or names that are empty, too long or taken
 * @example `await openContestants([{ name: "s = 1", folder: "plain" }, { name: "s = 3", folder:
 * "guided" }])`
 */
export async function openContestants(
  sets: readonly ContestantFolder[],
  { captions, signal }: OpenContestantsOptions = {},
): Promise<Contestants> {
  assertSets(sets);
  const listed: (readonly [ContestantFolder, readonly string[]])[] = [];
  for (const set of sets) listed.push([set, await imageNames(set)]);
  const [[first, firstFiles] = [undefined, []]] = listed;
  const inEach = listed.map(([, names]) => new Set(names));
  const files = firstFiles.filter((file) => inEach.every((names) => names.has(file)));
  if (!first || files.length === 0)
    throw new ContestantsError(
      `No file name is in all of the folders ${sets.map(({ folder }) => folder).join(", ")}. Images for the same caption need the same name in each, such as 0001.png.`,
    );
  for (const { folder } of sets)
    for (const file of files) {
      signal?.throwIfAborted();
      await assertPng(join(folder, file));
    }
  const captionOf = await captionReader(first.folder, firstFiles, captions);
  const images: ContestedImage[] = [];
  for (const file of files) {
    signal?.throwIfAborted();
    images.push({ file, caption: await captionOf(file) });
  }
  const folders = new Map(sets.map(({ name, folder }) => [name, folder]));
  const competing = new Set(files);
  return {
    names: sets.map(({ name }) => name),
    images,
    warnings: listed.flatMap(([{ name }, names]) => leftOut(name, names.length - files.length)),
    async read(name, file) {
      const folder = folders.get(name);
      if (folder === undefined || !competing.has(file))
        throw new InvalidArgumentError({
          argument: "file",
          received: file,
          expected: "an image that competes",
        });
      return pixelsOnly(join(folder, file));
    },
  };
}

function assertSets(sets: readonly ContestantFolder[]): void {
  if (sets.length < 2 || sets.length > mostContestants)
    throw new InvalidArgumentError({
      argument: "contestants",
      received: sets,
      expected: `2 to ${mostContestants} named folders of images`,
    });
  const taken = new Set<string>();
  for (const { name } of sets) {
    if (!/^[^\p{Cc}]{1,100}$/u.test(name) || name.trim() !== name)
      throw new InvalidArgumentError({
        argument: "contestant's name",
        received: name,
        expected: "1 to 100 printable characters without spaces at the ends",
      });
    if (taken.has(name))
      throw new InvalidArgumentError({
        argument: "contestant's name",
        received: name,
        expected: "a name that no other contestant has",
      });
    taken.add(name);
  }
}

const byName = new Intl.Collator("en", { numeric: true });

/** The PNG files of a folder: 2.png before 10.png. */
async function imageNames({ name, folder }: ContestantFolder): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new ContestantsError(
      `The folder ${folder} of ${JSON.stringify(name)} cannot be read (${faultOf(cause)}). Check the path.`,
      { cause },
    );
  });
  const names = entries
    .filter((entry) => !entry.isDirectory() && /\.png$/i.test(entry.name))
    .map((entry) => entry.name);
  if (names.length === 0)
    throw new ContestantsError(
      `The folder ${folder} of ${JSON.stringify(name)} holds no PNG files. Put its images there.`,
    );
  return names.sort((a, b) => byName.compare(a, b) || (a < b ? -1 : 1));
}

const pngStart = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
const pngEnd = Buffer.from("\0\0\0\0IEND\xaeB`\x82", "latin1");

/**
 * Looks at both ends of a file, which tells text and cut-off files apart from images; the rest is
 * read when it is shown.
 */
async function assertPng(path: string): Promise<void> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      assertSize(path, size);
      const start = await file.read(Buffer.alloc(8), 0, 8, 0);
      const end = await file.read(Buffer.alloc(12), 0, 12, Math.max(0, size - 12));
      if (!start.buffer.equals(pngStart))
        throw new ContestantsError(
          `${path} is no image: it does not begin as PNG files do. Take it out, or save it as PNG.`,
        );
      if (!end.buffer.equals(pngEnd))
        throw new ContestantsError(
          `${path} is cut off: it does not end as PNG files do. Make it again.`,
        );
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw inImage(path, cause);
  }
}

function assertSize(path: string, size: number): void {
  if (size > mostBytes)
    throw new ContestantsError(
      `${path} has ${size} bytes; at most ${mostBytes} are accepted. Scale the image down.`,
    );
}

async function pixelsOnly(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return encodePng((await decodeFile(path)).image);
}

async function decodeFile(path: string) {
  try {
    assertSize(path, (await stat(path)).size);
    return decodePng(await readFile(path), {
      background: [255, 255, 255],
      maximumPixels: mostPixels,
    });
  } catch (cause) {
    throw inImage(path, cause);
  }
}

function inImage(path: string, cause: unknown): ContestantsError {
  if (ContestantsError.isInstance(cause)) return cause;
  const fault = faultOf(cause);
  const reason = /^E[A-Z]+$/.test(fault)
    ? `(${fault})`
    : cause instanceof Error
      ? `: ${cause.message}`
      : "";
  return new ContestantsError(`${path} cannot be read as an image ${reason}`.replace(" :", ":"), {
    cause,
  });
}

/** How to find an image's caption: in a file of captions, or in the image. */
async function captionReader(
  folder: string,
  files: readonly string[],
  given: string | undefined,
): Promise<(file: string) => Promise<string | null>> {
  const beside = join(folder, captionsFile);
  const path =
    given ?? ((await stat(beside).catch(() => undefined))?.isFile() ? beside : undefined);
  if (path === undefined) return (file) => promptIn(join(folder, file));
  const captions = await readCaptions(path, files);
  return async (file) => captions.get(file) ?? null;
}

/** The prompt that glissade wrote into an image; null where there is none. */
async function promptIn(path: string): Promise<string | null> {
  const { text } = await decodeFile(path);
  try {
    const { settings } = decodeImageRecord(text, path);
    if (!("prompt" in settings) || settings.prompt === null) return null;
    return typeof settings.prompt === "string"
      ? settings.prompt
      : settings.prompt.map(({ prompt }) => prompt).join(", ");
  } catch (error) {
    if (ImageSettingsError.isInstance(error)) return null; // from another program
    throw error;
  }
}

function leftOut(name: string, count: number): string[] {
  if (count === 0) return [];
  return [
    `${count} ${count === 1 ? "image" : "images"} of ${JSON.stringify(name)} ${count === 1 ? "is" : "are"} left out: the others have none of the same name.`,
  ];
}

function faultOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
