import { readFile, stat } from "node:fs/promises";
import {
  type DecodedPng,
  decodePng,
  encodePngWithRecord,
  type ImageRecord,
  ImageSettingsError,
  type SourceRecord,
} from "@glissade/core";
import type { OutputFile } from "@glissade/core/files";
import { decodeImageFile } from "@glissade/train";
import { faultOf } from "./errors.ts";
import type { Generation } from "./generation.ts";
import type { ImageNames } from "./image-names.ts";
import { render } from "./rendering.ts";
import { version } from "./version.ts";

/** The PNG files of a run: its images, and the sheet where there is one. */
export function imageFiles(
  generation: Generation,
  { images, sheet }: ImageNames,
  model: string,
  source?: SourceRecord,
): readonly OutputFile[] {
  const file = (path: string, image: number | "sheet") => ({
    path,
    contents: encodePngWithRecord(
      render(generation.images, image, generation.enlarge),
      recordOf(generation, image, model, source),
    ),
  });
  const files = images.map((path, k) => file(path, k));
  return sheet === undefined ? files : [...files, file(sheet, "sheet")];
}

/** A PNG file's image and text. @throws ImageSettingsError where it cannot be read. */
export async function readImageFile(path: string): Promise<DecodedPng> {
  return readFrom(path, decodePng);
}

/**
 * An image to begin with: a PNG file with its transparency, or a photograph in another format,
 * upright. @throws ImageSettingsError where it cannot be read.
 */
export async function readSourceImage(path: string): Promise<Pick<DecodedPng, "image" | "alpha">> {
  return readFrom(path, async (bytes) =>
    bytes[0] === 0x89 ? decodePng(bytes) : { image: await decodeImageFile(bytes) },
  ); // only PNG files begin so
}

async function readFrom<T>(
  path: string,
  decode: (bytes: Uint8Array) => T | Promise<T>,
): Promise<T> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new ImageSettingsError(`${path} cannot be read (${faultOf(cause)}). Check the path.`, {
      cause,
    });
  });
  if (!found.isFile())
    throw new ImageSettingsError(
      `${path} is ${found.isDirectory() ? "a folder" : "no regular file"}. Give one image.`,
    );
  try {
    return await decode(await readFile(path));
  } catch (cause) {
    throw new ImageSettingsError(
      `${path} cannot be read. ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  }
}

/** The seed that makes an image: its own where each has one, else the run's. */
export function seedOf({ images, settings }: Generation, image: number | "sheet"): number {
  const isShared = "seedMode" in settings && settings.seedMode === "batch";
  const own = image === "sheet" || isShared ? undefined : images[image]?.seed;
  return own ?? settings.seed;
}

function recordOf(
  generation: Generation,
  image: number | "sheet",
  model: string,
  source: SourceRecord | undefined,
): ImageRecord {
  const { settings, enlarge, backend, provider, sha256 } = generation;
  const seed = seedOf(generation, image);
  return {
    glissade: version,
    model: { source: model, ...(sha256 !== undefined && { sha256 }) },
    settings,
    ...(source && { source }),
    image,
    seed,
    enlarge,
    backend,
    provider,
  };
}
