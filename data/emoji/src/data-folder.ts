import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DataFolderError } from "./errors.ts";
import { readJson, readJsonLines } from "./json-file.ts";
import type { PictureKind, PictureRecord, PictureSplit } from "./picture-record.ts";
import type { PackSide } from "./render-picture.ts";
import type { SourceName } from "./sources.ts";

/** Raised when what is in a data folder changes its meaning. */
export const dataFormat = 1;

/** `manifest.json`: written last, so that a folder without it is not complete. */
export interface Manifest {
  readonly format: typeof dataFormat;
  readonly pictures: number;
  readonly captions: number;
  readonly bySource: Readonly<Partial<Record<SourceName, number>>>;
  readonly byKind: Readonly<Partial<Record<PictureKind, number>>>;
  readonly bySplit: Readonly<Partial<Record<PictureSplit, number>>>;
  /** Sources that this build was asked to leave out, or could not fetch, and why. */
  readonly without: Readonly<Partial<Record<SourceName, string>>>;
  /** Pictures that are pixel for pixel the same as an earlier one. */
  readonly duplicates: number;
  /** Pictures that could not be drawn, or show nothing. */
  readonly left: number;
  /** Of the programs that draw. */
  readonly versions: Readonly<Record<string, string>>;
  readonly packages: readonly {
    readonly name: string;
    readonly version: string;
    readonly digest: string;
    readonly license: string;
  }[];
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
}

/**
 * Where the data lies if nothing is said: `$GLISSADE_DATA`, or `.data/emoji` in the repository,
 * which git ignores.
 */
export function defaultDataFolder(): string {
  return resolve(
    process.env.GLISSADE_DATA ?? fileURLToPath(new URL("../../../.data/emoji", import.meta.url)),
  );
}

export const manifestPath = (folder: string) => join(folder, "manifest.json");
export const recordsPath = (folder: string) => join(folder, "meta.jsonl");
export const packFolder = (folder: string) => join(folder, "packs");
export const packPath = (folder: string, source: SourceName, side: PackSide) =>
  join(packFolder(folder), source, `rgba${side}.bin`);

/** @throws DataFolderError where the folder holds no complete data, or data of another format. */
export async function readManifest(folder: string): Promise<Manifest> {
  const hint = "Build it with data/emoji/src/build.ts.";
  const manifest = await readJson<Manifest>(manifestPath(folder)).catch((cause: unknown) => {
    throw new DataFolderError({ folder, problem: "holds no complete data set", hint, cause });
  });
  if (manifest.format !== dataFormat)
    throw new DataFolderError({
      folder,
      problem: `holds data of format ${manifest.format}, not ${dataFormat}`,
      hint,
    });
  return manifest;
}

/** All pictures of a complete folder. @throws DataFolderError where it is not. */
export async function readRecords(folder: string): Promise<PictureRecord[]> {
  await readManifest(folder);
  return readJsonLines(recordsPath(folder));
}
