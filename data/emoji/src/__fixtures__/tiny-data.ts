import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { captionsOf } from "../captions.ts";
import { dataFormat, manifestPath, packPath, recordsPath } from "../data-folder.ts";
import type { PictureKind, PictureRecord } from "../picture-record.ts";
import { packSides } from "../render-picture.ts";
import { type SourceName, sourceOf } from "../sources.ts";
import { splitPictures } from "../splits.ts";

const objects = ["apple", "pizza", "rocket", "umbrella", "fox", "fish", "key", "guitar", "taxi", "crown", "anchor", "cactus"];
const sources: readonly SourceName[] = ["noto", "twemoji", "fluent3d", "emojitwo", "gameicons"];

/**
 * Opaque squares of one colour a picture, in a frame of nothing; glyphs are black. Split as real
 * pictures are, but for `val`, which gets the last object.
 */
export function tinyRecords(): PictureRecord[] {
  const listed = sources.flatMap((source) =>
    objects.map((label, index) => {
      const { style, license, isGlyph = false } = sourceOf(source);
      const kind: PictureKind = isGlyph ? "glyph" : "object";
      const named = { source, file: label, hexcode: `F0${index}`, concept: label, label, keywords: [label, "thing", "toy"], kind, subgroup: "tool", tone: 0 };
      const captions = captionsOf({ ...named, style }, isGlyph ? { color: "red" } : {});
      return { ...named, index, style, license, isGlyph, meanColor: colorOf(index, isGlyph), captions };
    }),
  );
  const splits = splitPictures(listed);
  return listed.map((record, position) => ({ ...record, split: record.label === objects.at(-1) ? "val" : (splits[position] ?? "train") }));
}

const colorOf = (index: number, isGlyph: boolean): [number, number, number] => (isGlyph ? [0, 0, 0] : [20 * index, 200 - 10 * index, 60]);

/** Writes a complete data folder of `tinyRecords`. */
export async function writeTinyData(folder: string): Promise<PictureRecord[]> {
  const records = tinyRecords();
  for (const source of sources) {
    const own = records.filter((record) => record.source === source);
    for (const side of packSides) {
      const path = packPath(folder, source, side);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, Buffer.concat(own.map(({ meanColor }) => framedSquare(meanColor, side))));
    }
  }
  await writeFile(recordsPath(folder), records.map((record) => `${JSON.stringify(record)}\n`).join(""));
  await writeFile(manifestPath(folder), JSON.stringify({ format: dataFormat }));
  await writeFile(join(folder, "DATA_CREDITS.md"), "");
  return records;
}

/** Premultiplied RGBA: the middle half of each axis is opaque. */
export function framedSquare([red, green, blue]: readonly [number, number, number], side: number): Uint8Array {
  const pixels = new Uint8Array(side * side * 4);
  for (let y = side / 4; y < (3 * side) / 4; y++) for (let x = side / 4; x < (3 * side) / 4; x++) pixels.set([red, green, blue, 255], (y * side + x) * 4);
  return pixels;
}
