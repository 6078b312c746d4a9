import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { unpackedFolder } from "../fetch-sources.ts";
import { emojibase, type NpmPackage, pictureSources } from "../sources.ts";

const emoji = [
  { label: "red apple", hexcode: "1F34E", tags: ["fruit", "health"], group: 4, subgroup: 1 },
  { label: "umbrella", hexcode: "2602-FE0F", tags: ["rain", "clothing"], group: 7, subgroup: 2 },
  { label: "waving hand", hexcode: "1F44B", tags: ["hello"], group: 1, subgroup: 3, skins: [1, 2, 3, 4, 5].map(tonedHand) },
  { label: "pistol", hexcode: "1F52B", tags: ["toy"], group: 7, subgroup: 2 },
];

function tonedHand(tone: number) {
  return { label: `waving hand: tone ${tone}`, hexcode: `1F44B-1F3F${"ABCDEF"[tone]}`, tone };
}

const disc = (color: string) => `<circle cx="8" cy="8" r="6" fill="${color}"/>`;

/**
 * A cache of packages as they look unpacked, with a handful of pictures: enough for a build without
 * a network.
 */
export async function writeTinyPackages(cache: string): Promise<void> {
  const write = async (source: NpmPackage, files: Record<string, unknown>) => {
    for (const [name, content] of Object.entries(files)) {
      const path = join(unpackedFolder(cache, source), name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, JSON.stringify(content));
    }
  };
  const shortcodes = Object.fromEntries(["cldr", "emojibase", "github", "iamcal", "joypixels", "emojibase-legacy"].map((list) => [`en/shortcodes/${list}.json`, {}]));
  await write(emojibase, {
    "en/data.json": emoji,
    "ko/data.json": [{ label: "빨간 사과", hexcode: "1F34E" }],
    "en/messages.json": {
      groups: ["people-body", "food-drink", "objects"].map((key, k) => ({ key, order: [1, 4, 7][k] })),
      subgroups: ["food-fruit", "clothing", "hand-fingers-open"].map((key, k) => ({ key, order: k + 1 })),
    },
    "meta/unicode-names.json": { "2602": "UMBRELLA" },
    ...shortcodes,
  });
  const hands = Object.fromEntries([1, 2, 3, 4, 5].map((tone) => [`hand-${tone}`, { body: disc("tan") }]));
  await write(pictureSources.noto.package, {
    "icons.json": { icons: { apple: { body: disc("red") }, umbrella: { body: disc("purple") }, gun: { body: disc("lime") }, ...hands }, width: 16, height: 16 },
    "chars.json": { "1f34e": "apple", "1f52b": "gun", ...Object.fromEntries(emoji[2]?.skins?.map(({ hexcode, tone }) => [hexcode, `hand-${tone}`]) ?? []) },
  });
  await write(pictureSources.twemoji.package, {
    "icons.json": { icons: { "red-apple": { body: disc("red") }, blank: { body: "" } }, width: 16, height: 16 },
    "chars.json": { "2602": "blank" },
  });
  await write(pictureSources.fluentflat.package, { "icons.json": { icons: {} }, "chars.json": {} });
  await write(pictureSources.gameicons.package, {
    "icons.json": { icons: { umbrella: { body: disc("currentColor") }, "ak47-2": { body: disc("#000") }, "old-key-2": { body: '<path d="M2 2h9v3H2z"/>' } }, width: 16, height: 16 },
  });
}
