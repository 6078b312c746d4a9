import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { foreignImageExtensions, imageExtensions } from "./image-formats.ts";
import type { ListedExample, Listing, ListingOptions } from "./listing.ts";
import type { SkippedFile } from "./training-data.ts";
import { printableName } from "./unusable-file.ts";

/** A file's name in two: `photo.PNG` is `photo` and `png`. */
interface NameParts {
  readonly stem: string;
  readonly extension: string;
}

/** Every file below a folder, and what could not be one. */
export interface FolderFiles {
  /** Relative to the folder; in an order that does not depend on the file system. */
  readonly names: readonly string[];
  readonly skipped: readonly SkippedFile[];
}

/**
 * Every file below a folder. What begins with a dot is left out, as `ls` does. Links to files count
 * as files; links to folders are not followed: they may go in circles.
 */
export async function filesBelow(
  folder: string,
  { signal }: ListingOptions = {},
): Promise<FolderFiles> {
  const names: string[] = [];
  const skipped: SkippedFile[] = [];
  const folders = [""];
  for (let inner = folders.pop(); inner !== undefined; inner = folders.pop()) {
    signal?.throwIfAborted();
    for (const entry of await readdir(join(folder, inner), { withFileTypes: true })) {
      if (entry.name.startsWith(".")) continue;
      const name = join(inner, entry.name);
      const kind = entry.isSymbolicLink()
        ? await stat(join(folder, name)).catch(() => undefined)
        : entry;
      if (kind?.isFile()) names.push(name);
      else if (kind === entry && entry.isDirectory()) folders.push(name);
      else
        skipped.push({
          file: printableName(join(folder, name)),
          reason: kind?.isDirectory()
            ? "links to folders are not followed"
            : "it is no regular file",
        });
    }
  }
  return { names: names.sort(byCodeUnit), skipped };
}

/** Images with a text file of the same name beside them: `name.png`, `name.txt`. */
export function listImageFolder(folder: string, files: FolderFiles): Listing {
  const captionOf = new Map<string, string>();
  for (const name of files.names) {
    const { stem, extension } = nameParts(name);
    if (extension === "txt") captionOf.set(stem, name);
  }
  const examples: ListedExample[] = [];
  const skipped = [...files.skipped];
  let images = 0;
  for (const name of files.names) {
    const { stem, extension } = nameParts(name);
    const path = join(folder, name);
    if (foreignImageExtensions.has(extension))
      skipped.push({
        file: printableName(path),
        reason: `.${extension} images cannot be read; convert it to PNG`,
      });
    if (extension === "tar")
      skipped.push({
        file: printableName(path),
        reason: "shards among single images are not read; open them by their own path",
      });
    if (!imageExtensions.has(extension)) continue;
    images++;
    const caption = captionOf.get(stem);
    if (caption)
      examples.push({
        name: printableName(path),
        image: { path },
        captions: { range: { path: join(folder, caption) }, format: "text" },
      });
    else
      skipped.push({
        file: printableName(path),
        reason: `it has no caption: there is no ${printableName(`${stem}.txt`)}`,
      });
  }
  return {
    examples,
    skipped,
    found:
      images === 0
        ? withoutImages(files.names)
        : `it has ${plural(images, "image")}, none with a caption`,
  };
}

/** Splits at the last dot of the name. */
export function nameParts(name: string): NameParts {
  const [, stem = name, extension = ""] = /^(.*[^/\\])\.([^./\\]+)$/su.exec(name) ?? [];
  return { stem, extension: extension.toLowerCase() };
}

export function plural(count: number, thing: string): string {
  return `${count.toLocaleString("en")} ${thing}${count === 1 ? "" : "s"}`;
}

/** Of a folder where nothing is of use, which endings there are and how often. */
function withoutImages(names: readonly string[]): string {
  if (names.length === 0) return "the folder is empty";
  const counts = new Map<string, number>();
  for (const name of names) {
    const ending = nameParts(name).extension;
    counts.set(ending, (counts.get(ending) ?? 0) + 1);
  }
  const commonest = [...counts].sort(([, a], [, b]) => b - a).slice(0, 4);
  return `it has no image (but ${commonest.map(([ending, count]) => `${count} ${ending ? `.${printableName(ending)}` : "without an ending"}`).join(", ")})`;
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
