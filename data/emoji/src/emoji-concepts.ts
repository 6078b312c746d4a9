import { join } from "node:path";
import { normalizedHexcode, slug, spokenLabel, toneNames } from "./emoji-labels.ts";
import { unpackedFolder } from "./fetch-sources.ts";
import { readJson } from "./json-file.ts";
import type { PictureKind } from "./picture-record.ts";
import { emojibase, nameTablePackages } from "./sources.ts";

/** What an emoji shows, whoever drew it. */
export interface EmojiConcept {
  readonly hexcode: string;
  readonly label: string;
  readonly korean: string | undefined;
  /** Unicode CLDR's keywords. */
  readonly keywords: readonly string[];
  readonly kind: PictureKind;
  readonly subgroup: string;
}

/** An emoji and its skin tone (0 for none). */
export interface EmojiMatch {
  readonly concept: EmojiConcept;
  readonly tone: number;
}

/** Finds the concept of a picture by its code points or by its name. */
export interface EmojiTable {
  readonly concepts: readonly EmojiConcept[];
  /** All words of labels and keywords. */
  readonly words: ReadonlySet<string>;
  byHexcode(hexcode: string): EmojiMatch | undefined;
  /** @param isLoose also tries the name without its separators */
  byName(name: string, isLoose?: boolean): EmojiMatch | undefined;
}

interface EmojibaseEntry {
  readonly label: string;
  readonly hexcode: string;
  readonly tags?: readonly string[];
  readonly group?: number;
  readonly subgroup?: number;
  readonly skins?: readonly {
    readonly label: string;
    readonly hexcode: string;
    readonly tone: number | readonly number[];
  }[];
}

interface EmojibaseMessages {
  readonly groups: readonly { readonly key: string; readonly order: number }[];
  readonly subgroups: readonly { readonly key: string; readonly order: number }[];
}

const kindOfGroup: Readonly<Record<string, PictureKind>> = {
  "smileys-emotion": "face",
  "people-body": "person",
  "animals-nature": "object",
  "food-drink": "object",
  "travel-places": "object",
  activities: "object",
  objects: "object",
  symbols: "symbol",
  flags: "flag",
};

/**
 * Reads the package of labels, and the name tables of the picture packages that have been fetched.
 */
export async function loadEmojiTable(cache: string): Promise<EmojiTable> {
  const folder = unpackedFolder(cache, emojibase);
  const entries = await readJson<EmojibaseEntry[]>(join(folder, "en/data.json"));
  const koreanEntries = await readJson<EmojibaseEntry[]>(join(folder, "ko/data.json"));
  const messages = await readJson<EmojibaseMessages>(join(folder, "en/messages.json"));

  const korean = new Map(
    koreanEntries.map((entry) => [normalizedHexcode(entry.hexcode), entry.label]),
  );
  const groupKeys = new Map(messages.groups.map(({ order, key }) => [order, key]));
  const subgroupKeys = new Map(messages.subgroups.map(({ order, key }) => [order, key]));

  const matches = new Map<string, EmojiMatch>();
  const names = new Map<string, EmojiMatch>();
  const words = new Set<string>();
  const addWords = (text: string) => {
    for (const word of text.toLowerCase().split(/[^a-z]+/)) if (word.length > 2) words.add(word);
  };
  const addName = (name: string, match: EmojiMatch | undefined) => {
    if (name && match && !names.has(name)) names.set(name, match);
  };

  const concepts = entries.map((entry): EmojiConcept => {
    const hexcode = normalizedHexcode(entry.hexcode);
    const group = groupKeys.get(entry.group ?? -1) ?? "letters";
    const keywords = (entry.tags ?? []).map((tag) => tag.toLowerCase());
    const concept: EmojiConcept = {
      hexcode,
      label: spokenLabel(entry.label),
      korean: korean.get(hexcode),
      keywords,
      kind: kindOfGroup[group] ?? "letter",
      subgroup: subgroupKeys.get(entry.subgroup ?? -1) ?? "letters",
    };
    addWords(`${concept.label} ${keywords.join(" ")}`);
    matches.set(hexcode, { concept, tone: 0 });
    addName(slug(entry.label), { concept, tone: 0 });
    for (const skin of entry.skins ?? []) {
      if (typeof skin.tone !== "number") continue; // two people of two tones
      const match = { concept, tone: skin.tone };
      matches.set(normalizedHexcode(skin.hexcode), match);
      addName(slug(skin.label), match);
      addName(`${slug(entry.label)}-${toneNames[skin.tone]}`, match);
    }
    return concept;
  });

  await addPackageNames(cache, matches, names, addName);
  await addShortcodes(folder, matches, addName);

  const looseNames = new Map<string, EmojiMatch>();
  for (const [name, match] of names) {
    const loose = name.replaceAll("-", "");
    if (!looseNames.has(loose)) looseNames.set(loose, match);
  }
  return {
    concepts,
    words,
    byHexcode: (hexcode) => matches.get(normalizedHexcode(hexcode)),
    byName: (name, isLoose = false) =>
      names.get(name) ??
      (isLoose ? looseNames.get(name.replaceAll("-", "").replace(/^flagfor/, "flag")) : undefined),
  };
}

type AddName = (name: string, match: EmojiMatch | undefined) => void;

/** Names and aliases of the packages that say which code points an icon draws. */
async function addPackageNames(
  cache: string,
  matches: ReadonlyMap<string, EmojiMatch>,
  names: ReadonlyMap<string, EmojiMatch>,
  add: AddName,
): Promise<void> {
  for (const source of nameTablePackages) {
    const folder = unpackedFolder(cache, source);
    const characters = await readJson<Record<string, string>>(join(folder, "chars.json"));
    const { aliases = {} } = await readJson<{ aliases?: Record<string, { parent: string }> }>(
      join(folder, "icons.json"),
    );
    for (const [hexcode, name] of Object.entries(characters))
      add(name, matches.get(normalizedHexcode(hexcode)));
    for (const [alias, { parent }] of Object.entries(aliases)) add(alias, names.get(parent));
  }
}

/** Short names that chat programs use, and Unicode's own names. */
async function addShortcodes(
  folder: string,
  matches: ReadonlyMap<string, EmojiMatch>,
  add: AddName,
): Promise<void> {
  const untoned = (hexcode: string) => {
    const match = matches.get(normalizedHexcode(hexcode));
    return match?.tone === 0 ? match : undefined;
  };
  for (const list of ["cldr", "emojibase", "github", "iamcal", "joypixels", "emojibase-legacy"]) {
    const shortcodes = await readJson<Record<string, string | string[]>>(
      join(folder, `en/shortcodes/${list}.json`),
    );
    for (const [hexcode, codes] of Object.entries(shortcodes)) {
      for (const code of [codes].flat()) add(code.replaceAll("_", "-"), untoned(hexcode));
    }
  }
  const unicodeNames = await readJson<Record<string, string>>(
    join(folder, "meta/unicode-names.json"),
  );
  for (const [hexcode, name] of Object.entries(unicodeNames)) add(slug(name), untoned(hexcode));
}
