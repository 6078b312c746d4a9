import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { EmojiConcept, EmojiMatch, EmojiTable } from "../emoji-concepts.ts";
import { labelWithTone } from "../emoji-labels.ts";
import { readJson } from "../json-file.ts";
import type { ListedPicture } from "../picture-record.ts";
import { type SourceName, sourceOf } from "../sources.ts";
import { stableHash } from "../stable-hash.ts";
import { blockedEmoji } from "./blocked-labels.ts";
import type { IconifyFile } from "./iconify-file.ts";

/** Pictures of a package whose icons are emoji, each once, in the package's order. */
export async function listEmojiIcons(
  name: SourceName,
  folder: string,
  table: EmojiTable,
): Promise<ListedPicture[]> {
  const { icons } = await readJson<IconifyFile>(join(folder, "icons.json"));
  const characters = await readJson<Record<string, string>>(join(folder, "chars.json")).catch(
    (): Record<string, string> => ({}),
  ); // not every package has it
  const hexcodes = new Map<string, string>();
  for (const [hexcode, icon] of Object.entries(characters))
    if (!hexcodes.has(icon)) hexcodes.set(icon, hexcode);
  const isLoose = sourceOf(name).hasLooseNames ?? false;
  return listed(
    name,
    Object.keys(icons).map((icon) => [
      icon,
      table.byHexcode(hexcodes.get(icon) ?? "") ?? table.byName(icon, isLoose),
    ]),
  );
}

/** Pictures of a package with one file an emoji, named by its code points. */
export async function listEmojiFiles(
  name: SourceName,
  folder: string,
  table: EmojiTable,
): Promise<ListedPicture[]> {
  const files = (await readdir(join(folder, "assets"))).sort();
  return listed(
    name,
    files.map((file) => [`assets/${file}`, table.byHexcode(file.replace(/\.\w+$/, ""))]),
  );
}

function listed(
  source: SourceName,
  pictures: readonly (readonly [file: string, match: EmojiMatch | undefined])[],
): ListedPicture[] {
  const seen = new Set<string>();
  return pictures.flatMap(([file, match]): ListedPicture[] => {
    if (!match) return [];
    const { concept, tone } = match;
    const key = `${concept.hexcode}+${tone}`;
    if (
      seen.has(key) ||
      blockedEmoji.test(concept.label) ||
      (tone > 0 && tone !== chosenTone(concept.hexcode, source))
    )
      return [];
    seen.add(key);
    return [pictureOf(source, file, concept, tone)];
  });
}

/** A picture of an emoji, with the emoji's label and keywords. */
export function pictureOf(
  source: SourceName,
  file: string,
  concept: EmojiConcept,
  tone = 0,
): ListedPicture {
  const { hexcode, label, korean, keywords, kind, subgroup } = concept;
  const named = {
    hexcode,
    concept: label,
    label: labelWithTone(label, tone),
    keywords,
    kind,
    subgroup,
    tone,
  };
  return { source, file, ...named, ...(korean !== undefined && { korean }) };
}

/**
 * One tone of the five for each concept and maker, so that hands and people do not swamp the rest.
 */
function chosenTone(hexcode: string, source: SourceName): number {
  return 1 + Math.floor(stableHash(hexcode + source) * 5);
}
