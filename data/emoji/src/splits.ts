import type { ListedPicture, PictureSplit } from "./picture-record.ts";
import { stableHash } from "./stable-hash.ts";

/** Emoji, at least this many styles of them, lose one to `test_style`. */
const leastStyles = 4;

type Split = Pick<ListedPicture, "source" | "file" | "hexcode" | "concept" | "kind" | "tone">;

/**
 * The part of the data that each picture belongs to, in the order given: by hashes, so that it is
 * the same on every machine.
 *
 * `test_concept`: 2 % of the emoji concepts, in every style and under every source's name.
 * `test_style`: 8 % of the concepts with many styles lose one of them. `val`: 1 % of all other
 * pictures. The rest is `train`.
 */
export function splitPictures(pictures: readonly Split[]): PictureSplit[] {
  const unseen = new Set(pictures.filter(isUnseenConcept).map(({ concept }) => concept));
  const heldStyles = chooseHeldStyles(pictures);
  return pictures.map((picture) => {
    if (isUnseenConcept(picture) || unseen.has(picture.concept)) return "test_concept";
    if (picture.hexcode && picture.tone === 0 && heldStyles.get(picture.hexcode) === picture.source)
      return "test_style";
    return stableHash(`iid${picture.source}${picture.file}`) < 0.01 ? "val" : "train";
  });
}

function isUnseenConcept({ hexcode, kind }: Split): boolean {
  if (!hexcode || kind === "flag" || kind === "letter" || kind === "symbol") return false;
  return stableHash(`concept${hexcode}`) < 0.02;
}

/** Concept to the source whose picture of it is held out. */
function chooseHeldStyles(pictures: readonly Split[]): Map<string, string> {
  const sourcesOf = new Map<string, Set<string>>();
  for (const { hexcode, source, tone, kind } of pictures) {
    // Streamline draws several pictures of a concept
    if (!hexcode || tone > 0 || kind === "glyph" || source === "slemoji") continue;
    sourcesOf.set(hexcode, (sourcesOf.get(hexcode) ?? new Set()).add(source));
  }
  const held = new Map<string, string>();
  for (const [hexcode, sources] of sourcesOf) {
    if (sources.size < leastStyles || stableHash(`style${hexcode}`) >= 0.08) continue;
    const sorted = [...sources].sort();
    held.set(hexcode, sorted[Math.floor(stableHash(`which${hexcode}`) * sorted.length)] ?? "");
  }
  return held;
}

/** Pairs of a label and a glyph's colour that no training example shows: `test_color`. */
export function isHeldOutColor(label: string, color: string): boolean {
  return stableHash(`color${label}|${color}`) < 0.1;
}

/** Pairs of objects that no training scene shows, in either order: `test_pair`. */
export function isHeldOutPair(label: string, other: string): boolean {
  return stableHash(`pair${[label, other].sort().join("|")}`) < 0.1;
}

/** Numbers of an object that no training scene shows: `test_count`. */
export function isHeldOutCount(label: string, count: string): boolean {
  return stableHash(`count${label}|${count}`) < 0.1;
}
