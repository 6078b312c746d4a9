import { readFile, stat } from "node:fs/promises";
import {
  type DecodedPng,
  decodePng,
  encodePngWithRecord,
  type PictureRecord,
  PictureSettingsError,
  type SourceRecord,
} from "@glissade/core";
import type { OutputFile } from "@glissade/core/files";
import { readPicture } from "@glissade/train";
import { faultOf } from "./errors.ts";
import type { Generation } from "./generation.ts";
import type { PictureNames } from "./picture-names.ts";
import { render } from "./rendering.ts";
import { version } from "./version.ts";

/** The PNG files of a run: its pictures, and the sheet where there is one. */
export function pictureFiles(
  generation: Generation,
  { pictures, sheet }: PictureNames,
  model: string,
  source?: SourceRecord,
): readonly OutputFile[] {
  const file = (path: string, picture: number | "sheet") => ({
    path,
    contents: encodePngWithRecord(
      render(generation.images, picture, generation.enlarge),
      recordOf(generation, picture, model, source),
    ),
  });
  const files = pictures.map((path, k) => file(path, k));
  return sheet === undefined ? files : [...files, file(sheet, "sheet")];
}

/** A PNG file's picture and text. @throws PictureSettingsError where it cannot be read. */
export async function readPictureFile(path: string): Promise<DecodedPng> {
  return readFrom(path, decodePng);
}

/**
 * A picture to begin with: a PNG file with its transparency, or a photograph in another format,
 * upright. @throws PictureSettingsError where it cannot be read.
 */
export async function readSourcePicture(
  path: string,
): Promise<Pick<DecodedPng, "image" | "alpha">> {
  return readFrom(path, async (bytes) =>
    bytes[0] === 0x89 ? decodePng(bytes) : { image: await readPicture(bytes) },
  ); // only PNG files begin so
}

async function readFrom<T>(
  path: string,
  decode: (bytes: Uint8Array) => T | Promise<T>,
): Promise<T> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new PictureSettingsError(`${path} cannot be read (${faultOf(cause)}). Check the path.`, {
      cause,
    });
  });
  if (!found.isFile())
    throw new PictureSettingsError(
      `${path} is ${found.isDirectory() ? "a folder" : "no regular file"}. Give one picture.`,
    );
  try {
    return await decode(await readFile(path));
  } catch (cause) {
    throw new PictureSettingsError(
      `${path} cannot be read. ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  }
}

/** The seed that makes a picture: its own where each has one, else the run's. */
export function seedOf({ images, settings }: Generation, picture: number | "sheet"): number {
  const isShared = "seedMode" in settings && settings.seedMode === "batch";
  const own = picture === "sheet" || isShared ? undefined : images[picture]?.seed;
  return own ?? settings.seed;
}

function recordOf(
  generation: Generation,
  picture: number | "sheet",
  model: string,
  source: SourceRecord | undefined,
): PictureRecord {
  const { settings, enlarge, backend, provider, sha256 } = generation;
  const seed = seedOf(generation, picture);
  return {
    glissade: version,
    model: { source: model, ...(sha256 !== undefined && { sha256 }) },
    settings,
    ...(source && { source }),
    picture,
    seed,
    enlarge,
    backend,
    provider,
  };
}
