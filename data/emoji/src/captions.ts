import type { BackgroundColor, GlyphColor } from "./colors.ts";
import { withArticle } from "./english.ts";
import type { ListedPicture } from "./picture-record.ts";
import { stableHash } from "./stable-hash.ts";

/** Unicode's subgroups, as a word for what is in them. */
const categories: Readonly<Record<string, string>> = {
  "food-fruit": "fruit",
  "food-vegetable": "vegetable",
  "animal-mammal": "mammal",
  "animal-bird": "bird",
  "animal-bug": "bug",
  "animal-marine": "sea animal",
  "animal-reptile": "reptile",
  "animal-amphibian": "amphibian",
  "plant-flower": "flower",
  "plant-other": "plant",
  "food-prepared": "food",
  "food-asian": "food",
  "food-sweet": "sweet food",
  "food-marine": "seafood",
  drink: "drink",
  "transport-ground": "vehicle",
  "transport-water": "boat",
  "transport-air": "aircraft",
  "place-building": "building",
  "musical-instrument": "musical instrument",
  clothing: "clothing",
  tool: "tool",
  sport: "sport",
  "sky-weather": "weather",
};

export interface Captioned
  extends Pick<ListedPicture, "source" | "file" | "label" | "keywords" | "subgroup"> {
  readonly style: string;
}

export interface CaptionColors {
  /** What a glyph was coloured with. */
  readonly color?: GlyphColor | undefined;
  /** @default "white" */
  readonly background?: BackgroundColor;
}

/**
 * What may be said of a picture: its label alone, with an article, with its style; keywords; its
 * category; its background. On any background but white, only what names it: where a caption is
 * silent, the background is white.
 */
export function captionsOf(
  picture: Captioned,
  { color, background = "white" }: CaptionColors = {},
): string[] {
  const { style } = picture;
  const label = color ? `${color} ${picture.label}` : picture.label;
  const named = withArticle(label);
  const captions = [
    `${named} on a ${background} background`,
    `${style} of ${named} on a ${background} background`,
  ];
  if (background === "white") {
    captions.push(label, named, `${named}, ${style}`, `${style} of ${named}`, `${label}, ${style}`);
    const keywords = chosenKeywords(picture);
    if (keywords.length > 1)
      captions.push(`${[...(color ? [color] : []), ...keywords].join(", ")}, ${style}`);
    const category = categories[picture.subgroup];
    if (category && !color) captions.push(`${category}, ${label}`);
  }
  return [...new Set(captions)];
}

/** Three keywords, the same in every build, and others for each picture of a concept. */
function chosenKeywords({ source, file, keywords }: Captioned): string[] {
  const usable = keywords.filter(
    (keyword) => keyword.length > 2 && keyword.length < 20 && !/^\d/.test(keyword),
  );
  const order = new Map(
    usable.map((keyword) => [keyword, stableHash(`${source}${file}${keyword}0`)]),
  );
  return usable.sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0)).slice(0, 3);
}
