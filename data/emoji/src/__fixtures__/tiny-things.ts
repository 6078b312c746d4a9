import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Color } from "../colors.ts";
import { dataFormat, manifestPath, packPath, recordsPath } from "../data-folder.ts";
import type { PictureRecord } from "../picture-record.ts";
import { packSides } from "../render-picture.ts";
import { sourceOf } from "../sources.ts";
import { thingSources, things } from "../things.ts";
import { framedSquare } from "./tiny-data.ts";

/** Red, or of no colour that has a name. */
const colors: readonly Color[] = [
  [217, 43, 43],
  [60, 190, 190],
];

/** A complete data folder with a square for every label of every thing in every style. */
export async function writeTinyThings(folder: string): Promise<PictureRecord[]> {
  const labels = things.flatMap((thing) => thing.labels);
  const records = thingSources.flatMap((source) =>
    labels.map((label, index): PictureRecord => {
      const { style, license } = sourceOf(source);
      const named = { source, file: label, hexcode: null, concept: label, label, keywords: [], subgroup: "", tone: 0 };
      const meanColor: [number, number, number] = [...(colors[index % colors.length] as Color)];
      const split = index % 50 === 49 ? "val" : "train";
      return { ...named, kind: "object", index, style, license, isGlyph: false, meanColor, captions: [], split };
    }),
  );
  for (const source of thingSources) {
    const own = records.filter((record) => record.source === source);
    for (const side of packSides.filter((packSide) => packSide <= 64)) {
      const path = packPath(folder, source, side);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, Buffer.concat(own.map(({ meanColor }) => framedSquare(meanColor, side))));
    }
  }
  await writeFile(recordsPath(folder), records.map((record) => `${JSON.stringify(record)}\n`).join(""));
  await writeFile(manifestPath(folder), JSON.stringify({ format: dataFormat }));
  return records;
}
