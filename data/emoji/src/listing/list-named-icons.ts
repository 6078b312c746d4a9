import { join } from "node:path";
import type { EmojiTable } from "../emoji-concepts.ts";
import { readJson } from "../json-file.ts";
import type { ListedPicture } from "../picture-record.ts";
import { type SourceName, sourceOf } from "../sources.ts";
import { blockedEmoji, blockedNames } from "./blocked-labels.ts";
import type { IconifyFile } from "./iconify-file.ts";
import { pictureOf } from "./list-emoji.ts";

const brands =
  /\b(logo|brand|abstract|facebook|twitter|google|apple logo|instagram|microsoft|adobe|linkedin|youtube)\b/;

/** Pictures of a package whose icons are named by what they show. */
export async function listNamedIcons(
  name: SourceName,
  folder: string,
  table: EmojiTable,
): Promise<ListedPicture[]> {
  const source = sourceOf(name);
  const ending = source.nameEnding ?? "";
  const { icons } = await readJson<IconifyFile>(join(folder, "icons.json"));
  return Object.entries(icons).flatMap(([icon, { hidden }]): ListedPicture[] => {
    if (hidden || !icon.endsWith(ending)) return [];
    const label = labelFromName(icon.slice(0, icon.length - ending.length));
    if (!label || brands.test(label) || blockedEmoji.test(label) || blockedNames.test(label))
      return [];
    const match = table.byName(label.replaceAll(" ", "-"));
    if (source.nameEnding && !match) return []; // the rest of such a package is interface symbols
    if (match && !source.isGlyph) return [pictureOf(name, icon, match.concept)];
    return [
      {
        source: name,
        file: icon,
        hexcode: match?.concept.hexcode ?? null,
        concept: label,
        label,
        keywords: label.split(" ").filter((word) => word.length > 2),
        kind: source.isGlyph ? "glyph" : "comic",
        subgroup: match?.concept.subgroup ?? "icons",
        tone: 0,
      },
    ];
  });
}

/** `"grinning-face-2"` becomes `"grinning face"`. */
export function labelFromName(name: string): string {
  const words = name.toLowerCase().replace(/[_-]+/g, " ");
  return words
    .replace(/\b\d+\b/g, "")
    .replace(/\b(alternate|bold)\b/g, "")
    .replace(/\s+/g, " ")
    .trim();
}
