/** Nouns that take no article: what is not counted, or comes in pairs. */
const massNouns = new RegExp(
  `\\b(${[
    "rice bread cheese fire water money glasses scissors meat bacon ice salt butter honey ginger garlic hair smoke fog wind snow lightning",
    "lipstick kimchi chopsticks jeans shorts pants trousers stairs ramen spaghetti sake tea milk music sparkles sushi popcorn tofu pasta soup beer wine sand",
    "rain soap luggage broccoli lettuce asparagus corn cash underwear",
  ]
    .join(" ")
    .replaceAll(" ", "|")}|dim sum)$`,
);
const hasDeterminer = /^(an?|the|two|three|pair of|no|ok|\d|one|keycap)\b/;
const singularInS =
  /(bus|cactus|octopus|virus|walrus|compass|cross|glass|dress|princess|boss|chess|christmas|lens|iris)$/;
const startsWithVowelSound =
  /^(?!ewe|eu|one\b|once)([aeio]|u(?!ni|fo|pc|s\b|s[aeub]|k|r[aio]|t)|hour|x(?![aey]))/;

/**
 * The label with "a", "an" or "the" where English wants one: `"an umbrella"`, `"the flag of chad"`,
 * `"scissors"`.
 */
export function withArticle(label: string): string {
  if (label.startsWith("flag of ")) return `the ${label}`;
  const isPlural = /[^su]s$/.test(label) && !singularInS.test(label);
  if (hasDeterminer.test(label) || massNouns.test(label) || isPlural) return label;
  return `${startsWithVowelSound.test(label) ? "an" : "a"} ${label}`;
}

/** Whether one can say "two" of it by adding an ending. */
export function isCountable(label: string): boolean {
  return /^an? /.test(withArticle(label));
}

const irregularPlurals: Readonly<Record<string, string>> = {
  mouse: "mice",
  sheep: "sheep",
  fish: "fish",
  goose: "geese",
  deer: "deer",
  wolf: "wolves",
  leaf: "leaves",
  knife: "knives",
  tooth: "teeth",
  foot: "feet",
  shrimp: "shrimp",
  squid: "squid",
  moose: "moose",
  ox: "oxen",
  loaf: "loaves",
  scarf: "scarves",
  half: "halves",
  person: "people",
  human: "humans",
  reindeer: "reindeer",
  goldfish: "goldfish",
  buffalo: "buffalo",
};

/** `"red apple"` becomes `"red apples"`. */
export function plural(label: string): string {
  const words = label.split(" ");
  const last = words.pop() ?? "";
  return [...words, pluralWord(last)].join(" ");
}

function pluralWord(word: string): string {
  const irregular = irregularPlurals[word];
  if (irregular) return irregular;
  if (word.endsWith("man")) return `${word.slice(0, -3)}men`;
  if (/(s|x|ch|sh)$/.test(word) || /(tomato|potato|mango|volcano|tornado|superhero)$/.test(word))
    return `${word}es`;
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return `${word}s`;
}

export const countWords = ["no", "one", "two", "three", "four"] as const;
