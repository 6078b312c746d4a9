import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { InvalidArgumentError, type RgbImage } from "@glissade/core";
import { centerCrop } from "@glissade/core/image";
import { decodeImageFile } from "@glissade/train";

/** An image file, and what it is said to show. */
export interface CaptionedImage {
  readonly file: string;
  readonly caption: string;
  read(): Promise<RgbImage>;
}

const endings = new Set([".png", ".jpg", ".jpeg", ".webp"]);

/**
 * The images in a folder with captions: in `captions.json` (an object from file to caption, or a
 * list in the order of the names), in `metadata.jsonl`, or in a text file beside each image.
 *
 * @throws InvalidArgumentError where there is no image with a caption
 */
export async function captionedImages(folder: string): Promise<CaptionedImage[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw emptyFolder(folder, "no folder that can be read", cause);
  });
  const files = names
    .filter((name) => endings.has(extname(name).toLowerCase()) && !name.startsWith("."))
    .sort(new Intl.Collator("en", { numeric: true }).compare);
  const captions = await captionsIn(folder, names, files);
  const images = files.flatMap((file): CaptionedImage[] => {
    const caption = captions.get(file);
    return caption === undefined ? [] : [{ file, caption, read: () => readSquare(folder, file) }];
  });
  if (images.length === 0) throw emptyFolder(folder, "a folder without them");
  return images;
}

function emptyFolder(folder: string, received: string, cause?: unknown): InvalidArgumentError {
  const expected = `images with captions in ${folder}`;
  const hint = "Captions lie in captions.json, in metadata.jsonl, or in a.txt beside a.png.";
  return new InvalidArgumentError({ argument: "--folder", received, expected, hint, cause });
}

async function captionsIn(
  folder: string,
  names: readonly string[],
  files: readonly string[],
): Promise<Map<string, string>> {
  if (names.includes("captions.json")) {
    const listed: unknown = JSON.parse(await readFile(join(folder, "captions.json"), "utf8"));
    const entries: readonly (readonly [string | undefined, unknown])[] = Array.isArray(listed)
      ? listed.map((caption: unknown, k) => [files[k], caption])
      : Object.entries(Object(listed));
    return new Map(entries.flatMap(entryOf));
  }
  if (names.includes("metadata.jsonl")) {
    const lines = (await readFile(join(folder, "metadata.jsonl"), "utf8")).split("\n");
    return new Map(lines.filter((line) => line.trim() !== "").flatMap(recordEntry));
  }
  const found = new Map<string, string>();
  for (const file of files) {
    const beside = `${file.slice(0, -extname(file).length)}.txt`;
    if (!names.includes(beside)) continue;
    const [caption = ""] = (await readFile(join(folder, beside), "utf8")).split(/\r?\n/);
    found.set(file, caption);
  }
  return found;
}

function recordEntry(line: string): (readonly [string, string])[] {
  const record: Readonly<Record<string, unknown>> = Object(JSON.parse(line));
  const file = record.file ?? record.file_name ?? record.image;
  return entryOf([typeof file === "string" ? file : undefined, record.caption ?? record.text]);
}

function entryOf([file, caption]: readonly [string | undefined, unknown]) {
  const isEntry = file !== undefined && typeof caption === "string";
  return isEntry ? [[file, caption] as const] : [];
}

/** The square in the middle, where an image is none. */
async function readSquare(folder: string, file: string): Promise<RgbImage> {
  const image = await decodeImageFile(await readFile(join(folder, file)));
  const side = Math.min(image.width, image.height);
  return image.width === image.height ? image : centerCrop(image, side);
}
