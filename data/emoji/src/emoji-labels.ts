/**
 * `"Señor: 1st place"` becomes `"senor-1st-place"`: the form in which names of different packages
 * are compared.
 */
export function slug(text: string): string {
  const plain = text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase(); // without accents
  return plain
    .replace(/[’'“”".!()]/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

/**
 * Code points as the packages write them, without the variation selector that only some of them
 * keep: `"1f441-fe0f"` becomes `"1F441"`.
 */
export function normalizedHexcode(hexcode: string): string {
  return hexcode
    .toUpperCase()
    .split("-")
    .filter((point) => point !== "FE0F")
    .join("-");
}

/**
 * A Unicode name as one would say it: `"flag: Chad"` becomes `"flag of chad"`, `"man: red hair"`
 * `"man with red hair"`.
 */
export function spokenLabel(unicodeLabel: string): string {
  const label = unicodeLabel.toLowerCase().replace(/[“”"]/g, "").replace(/’/g, "'");
  const [, category, detail] =
    /^(flag|keycap|man|woman|person|family|kiss): (.+)$/.exec(label) ?? [];
  if (category && detail) {
    if (category === "flag") return `flag of ${detail}`;
    if (category === "keycap") return `keycap ${detail}`;
    if (category === "family") return `family with ${detail}`;
    if (category === "kiss") return `kiss between ${detail}`;
    return `${category} with ${detail.replace("bald", "a bald head").replace(/^beard$/, "a beard")}`;
  }
  return label.replace(/^couple with heart: /, "couple with heart ").replace(/:/g, ",");
}

/** Fitzpatrick tones in Unicode's order; 0 is none. */
export const toneNames = ["", "light", "medium-light", "medium", "medium-dark", "dark"] as const;

/** `"woman with red hair"` in tone 2 is `"woman with red hair and medium-light skin tone"`. */
export function labelWithTone(label: string, tone: number): string {
  if (tone === 0) return label;
  return `${label}${/ with /.test(label) ? " and " : " with "}${toneNames[tone]} skin tone`;
}
