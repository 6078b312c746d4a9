import type { EmojiTable } from "../emoji-concepts.ts";
import { unpackedFolder } from "../fetch-sources.ts";
import type { ListedPicture } from "../picture-record.ts";
import { type SourceName, sourceOf } from "../sources.ts";
import { listClipArt } from "./list-clip-art.ts";
import { listEmojiFiles, listEmojiIcons } from "./list-emoji.ts";
import { listNamedIcons } from "./list-named-icons.ts";

/** The usable pictures of every source, with their labels. Nothing is rendered here. */
export async function listPictures(
  names: readonly SourceName[],
  cache: string,
  table: EmojiTable,
): Promise<Map<SourceName, ListedPicture[]>> {
  // in the order asked for
  const lists = new Map<SourceName, ListedPicture[]>(names.map((name) => [name, []]));
  const vocabulary = new Set(table.words);
  const isClipArt = (name: SourceName) => sourceOf(name).layout === "clip-art";
  for (const name of [...names].sort((a, b) => Number(isClipArt(a)) - Number(isClipArt(b)))) {
    const source = sourceOf(name);
    const folder = unpackedFolder(cache, source.package);
    if (source.layout === "emoji-icons") lists.set(name, await listEmojiIcons(name, folder, table));
    else if (source.layout === "emoji-files")
      lists.set(name, await listEmojiFiles(name, folder, table));
    else if (source.layout === "named-icons")
      lists.set(name, await listNamedIcons(name, folder, table));
    else lists.set(name, await listClipArt(name, folder, vocabulary));
    if (!isClipArt(name))
      for (const { label } of lists.get(name) ?? [])
        for (const word of label.split(/[^a-z]+/)) if (word.length > 2) vocabulary.add(word);
  }
  return lists;
}
