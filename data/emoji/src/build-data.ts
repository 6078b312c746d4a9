import { createHash } from "node:crypto";
import { mkdir, rm, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import sharp from "sharp";
import { removeUnfinished, writeWhole } from "./atomic-folder.ts";
import { captionsOf } from "./captions.ts";
import { glyphColorNames } from "./colors.ts";
import { dataCredits } from "./credits.ts";
import {
  dataFormat,
  type Manifest,
  manifestPath,
  packFolder,
  packPath,
  recordsPath,
} from "./data-folder.ts";
import { loadEmojiTable } from "./emoji-concepts.ts";
import { fetchSource, hasDebianTools } from "./fetch-sources.ts";
import { listPictures } from "./listing/list-pictures.ts";
import type { PictureRecord } from "./picture-record.ts";
import { packSides } from "./render-picture.ts";
import {
  packName,
  type RenderedPicture,
  type RenderedSource,
  renderSource,
} from "./render-source.ts";
import {
  emojibase,
  isDebian,
  nameTablePackages,
  type SourceName,
  sourceNames,
  sourceOf,
} from "./sources.ts";
import { splitPictures } from "./splits.ts";
import { stableHash } from "./stable-hash.ts";

export interface BuildOptions {
  readonly folder: string;
  /** Where packages are unpacked. @default "packages" in the folder */
  readonly cache?: string;
  /** @default all */
  readonly sources?: readonly SourceName[];
  readonly without?: readonly SourceName[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (message: string) => void;
}

/**
 * Makes the data set: fetches the packages, draws their pictures, captions and splits them. What an
 * earlier run has finished is kept; `manifest.json` is written last.
 *
 * @throws SourceError where a package cannot be had. @throws the signal's reason where aborted.
 */
export async function buildData({
  folder,
  cache = join(folder, "packages"),
  signal,
  onProgress,
  ...options
}: BuildOptions): Promise<Manifest> {
  const { names, without } = await chooseSources(
    options.sources ?? sourceNames,
    options.without ?? [],
  );
  for (const [name, reason] of Object.entries(without))
    if (reason !== notAskedFor) onProgress?.(`without ${name}: ${reason}`);
  const fetching = { cache, ...(signal && { signal }), ...(onProgress && { onProgress }) };
  for (const source of [
    emojibase,
    ...nameTablePackages,
    ...names.map((name) => sourceOf(name).package),
  ])
    await fetchSource(source, fetching);

  onProgress?.("listing pictures");
  const lists = await listPictures(names, cache, await loadEmojiTable(cache));
  await mkdir(packFolder(folder), { recursive: true });
  await removeUnfinished(packFolder(folder));
  // the folder is not complete until it is written again
  const invalidate = () => rm(manifestPath(folder), { force: true });
  const rendered = new Map<SourceName, RenderedSource>();
  for (const [name, pictures] of lists) {
    const report = (done: number, all: number) =>
      onProgress?.(`drawing ${name}: ${done} of ${all}`);
    rendered.set(
      name,
      await renderSource(name, pictures, {
        cache,
        folder: packFolder(folder),
        onChange: invalidate,
        onProgress: report,
        ...(signal && { signal }),
      }),
    );
  }

  const { unique, duplicates } = withoutDuplicates(
    [...rendered.values()].flatMap(({ pictures }) => pictures),
  );
  const records = recordsOf(unique);
  const recordLines = records.map((record) => `${JSON.stringify(record)}\n`).join("");
  await invalidate();
  await writeWhole(recordsPath(folder), recordLines);
  const bySource = countBy(records, ({ source }) => source);
  const credits = dataCredits(
    names.map((name) => ({ source: sourceOf(name), pictures: bySource[name] ?? 0 })),
  );
  await writeWhole(join(folder, "DATA_CREDITS.md"), credits);

  const manifest: Manifest = {
    format: dataFormat,
    pictures: records.length,
    captions: records.reduce((sum, { captions }) => sum + captions.length, 0),
    bySource,
    byKind: countBy(records, ({ kind }) => kind),
    bySplit: countBy(records, ({ split }) => split),
    without,
    duplicates,
    left: [...rendered.values()].reduce((sum, { left }) => sum + left.length, 0),
    versions: { ...drawingVersions(), node: process.versions.node },
    packages: names.map((name) => packageLine(name)),
    files: {
      ...(await packFiles(folder, rendered)),
      "meta.jsonl": fileEntry(recordLines),
      "DATA_CREDITS.md": fileEntry(credits),
    },
  };
  await writeWhole(manifestPath(folder), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

const notAskedFor = "not asked for";

/** The sources of a build in their usual order, and those that it goes without. */
async function chooseSources(asked: readonly SourceName[], unwanted: readonly SourceName[]) {
  const without: Partial<Record<SourceName, string>> = {};
  const hasDebian = await hasDebianTools();
  const names = sourceNames.filter((name) => {
    if (!asked.includes(name) || unwanted.includes(name)) without[name] = notAskedFor;
    else if (isDebian(sourceOf(name).package) && !hasDebian)
      without[name] = "it is a Debian package, and apt-get and dpkg-deb are not there to fetch it";
    return !(name in without);
  });
  return { names, without };
}

/** Some makers draw two emoji alike; the first is kept. */
function withoutDuplicates(pictures: readonly RenderedPicture[]) {
  const seen = new Set<string>();
  const unique = pictures.filter(({ digest, kind }) => {
    const key = kind === "glyph" ? `glyph ${digest}` : digest;
    return !seen.has(key) && seen.add(key);
  });
  return { unique, duplicates: pictures.length - unique.length };
}

function recordsOf(pictures: readonly RenderedPicture[]): PictureRecord[] {
  const splits = splitPictures(pictures);
  return pictures.map(({ digest: _, ...picture }, position) => {
    const { style, license, isGlyph = false } = sourceOf(picture.source);
    const color = isGlyph
      ? glyphColorNames[
          Math.floor(stableHash(`color${picture.source}${picture.file}`) * glyphColorNames.length)
        ]
      : undefined;
    const background = color === "white" ? "black" : "white";
    const captions = captionsOf({ ...picture, style }, { color, background });
    return { ...picture, style, license, isGlyph, split: splits[position] ?? "train", captions };
  });
}

function countBy<T, K extends string>(
  values: readonly T[],
  key: (value: T) => K,
): Partial<Record<K, number>> {
  const counts: Partial<Record<K, number>> = {};
  for (const value of values) counts[key(value)] = (counts[key(value)] ?? 0) + 1;
  return counts;
}

function packageLine(name: SourceName): Manifest["packages"][number] {
  const { package: source, license } = sourceOf(name);
  return {
    name: source.name,
    version: source.version,
    digest: isDebian(source) ? `sha256-${source.sha256}` : source.integrity,
    license,
  };
}

function drawingVersions(): Record<string, string> {
  const {
    sharp: own = "",
    vips = "",
    rsvg = "",
    cairo = "",
  } = sharp.versions as Record<string, string | undefined>; // its type names no libraries
  return { sharp: own, vips, rsvg, cairo };
}

function fileEntry(content: string) {
  return {
    bytes: Buffer.byteLength(content),
    sha256: createHash("sha256").update(content).digest("hex"),
  };
}

async function packFiles(
  folder: string,
  rendered: ReadonlyMap<SourceName, RenderedSource>,
): Promise<Manifest["files"]> {
  const files: Record<string, { bytes: number; sha256: string }> = {};
  for (const [name, { sha256 }] of rendered) {
    for (const side of packSides) {
      const path = packPath(folder, name, side);
      files[relative(folder, path).replaceAll("\\", "/")] = {
        bytes: (await stat(path)).size,
        sha256: sha256[packName(side)] ?? "",
      };
    }
  }
  return files;
}
