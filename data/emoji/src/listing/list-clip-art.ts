import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { ListedPicture } from "../picture-record.ts";
import type { SourceName } from "../sources.ts";
import { blockedNames } from "./blocked-labels.ts";
import { type ClipArtMetadata, clipArtMetadata, clipArtWords } from "./clip-art-metadata.ts";

const root = "usr/share/openclipart/svg";
const maximumBytes = 700_000;

/**
 * Numbered stars, jigsaw pieces, icon themes, playing cards, maps; and people, who are drawn
 * unevenly.
 */
const unwantedFolders = new RegExp(
  `^(${[
    "shapes/(stars|jigsaw|flowchart|arrows)",
    "special",
    "computer/(icons|buttons|diagrams)",
    "buttons",
    "unsorted/duplicates",
    "logos",
    "recreation/games/(cards|dice)",
    "geography/",
    "signs_and_symbols/(led|flags/(semaphore|historic))",
    "people/",
  ].join("|")})`,
);

/** Titles that name a collection rather than what the picture shows. */
const genericTitles =
  /symbol signs|road ?signs|map symbols|various cliparts|^homes$|^people$|^untitled|^hash|open clip|^icon$|^symbols?$|flowchart|^food$|^clipart|theme|collection/;

/** Authors' names and leftovers that stand in titles and file names. */
const strayWords =
  /^(svg|the|and|jonathan|dietrich|ganson|nicu|buculei|architetto|franc|francesco|ro|jh|ml|lmproulx|gerald|secretlondon|johnny|automatic|aj|ash|jean|victor|balin|clipart|clip|art|arnaud|remi|pierre|machovka|kuba|zeimusu|bw|01r|v2)$/;

/** Words of folder names: alone they say nothing about a picture. */
const folderWords =
  /^(office|computer|signs|symbols|and|decoration|decorations|fitness|animals|food|tools|recreation|various|cliparts?|by|map|aiga|people|shapes|electronics|transportation|plants|science|education)$/;

const vagueKeywords =
  /^(signs.*|symbols?|unsorted|recreation|and|people|sign|animals?|food|special|shapes?|hash|office|computer|tools?|electronics|education|decorations?|transportation?|plants?|buildings?|containers?|science|festive|entertainment|hardware|icons?|map|mapsym|aiga|work|media|menu|by|weather|roadsigns?|music|sports?|party|games?|vehicles?)$/;

/**
 * Pictures of the Open Clip Art Library that are in the public domain by their own word, are drawn
 * (no bitmaps) and have a label that means something.
 *
 * @param vocabulary words of the other sources' labels: a label that shares none with them is a
 * stray file name or in another language
 */
export async function listClipArt(
  source: SourceName,
  folder: string,
  vocabulary: ReadonlySet<string>,
): Promise<ListedPicture[]> {
  const tree = join(folder, root);
  const files = (await readdir(tree, { recursive: true }))
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".svg"));
  const pictures: ListedPicture[] = [];
  for (const file of files.sort()) {
    if (unwantedFolders.test(file)) continue;
    const path = join(tree, file);
    if ((await stat(path)).size > maximumBytes) continue;
    const metadata = clipArtMetadata(await readFile(path, "utf8"));
    if (!metadata.isPublicDomain || metadata.hasBitmap) continue;
    const named = nameClipArt(file, metadata, vocabulary);
    if (!named) continue;
    const subgroup = file.split("/").slice(0, 2).join("/");
    pictures.push({
      source,
      file: `${root}/${file}`,
      hexcode: null,
      concept: named.label,
      ...named,
      kind: "clipart",
      subgroup,
      tone: 0,
    });
  }
  return pictures;
}

/** Label and keywords of a clip art; undefined where it should not be used. */
export function nameClipArt(
  file: string,
  { title, author, keywords }: Pick<ClipArtMetadata, "title" | "author" | "keywords">,
  vocabulary: ReadonlySet<string>,
): Pick<ListedPicture, "label" | "keywords"> | undefined {
  const authorWords = new Set(author.split(/[^a-z]+/).filter((word) => word.length > 2));
  const isOfAuthor = (word: string) =>
    authorWords.has(word) ||
    [...authorWords].some((name) => word.length > 3 && name.startsWith(word));
  const trimmed = (text: string) => {
    const words = text
      .split(" ")
      .filter(
        (word) =>
          word.length > 1 && !/\d/.test(word) && !isOfAuthor(word) && !strayWords.test(word),
      );
    return words.join(" ");
  };
  const fileWords = trimmed(clipArtWords(basename(file, ".svg")));
  const shownTitle = trimmed(title);
  if (blockedNames.test(`${shownTitle} ${fileWords} ${keywords.join(" ")}`)) return undefined;

  const hasTitle =
    shownTitle.length > 2 && shownTitle.split(" ").length <= 6 && !genericTitles.test(shownTitle);
  let label = hasTitle ? shownTitle : fileWords;
  if (label.length < 3) return undefined;
  if (file.startsWith("signs_and_symbols/flags") && !label.includes("flag"))
    label = `flag of ${label.replace(/^(by|of) /, "")}`;

  const folderNames = clipArtWords(dirname(file).replaceAll("/", " ")).split(" ");
  const allKeywords = [...new Set([...keywords, ...fileWords.split(" "), ...folderNames])];
  const usedKeywords = allKeywords
    .filter((word) => word.length > 2 && !authorWords.has(word))
    .slice(0, 8);
  const isKnown = (word: string) =>
    vocabulary.has(word) || vocabulary.has(word.replace(/s$/, "")) || vocabulary.has(`${word}s`);
  if (
    !label.startsWith("flag of ") &&
    !label.split(" ").some((word) => isKnown(word) && !folderWords.test(word))
  ) {
    const keyword = usedKeywords.find(
      (candidate) => isKnown(candidate.split(" ")[0] ?? "") && !vagueKeywords.test(candidate),
    );
    if (!keyword) return undefined;
    label = keyword;
  }
  return { label, keywords: usedKeywords };
}
