/** A word as symbols, and how often it occurs. */
interface CountedWord {
  symbols: number[];
  readonly count: number;
}

export interface BytePairVocabulary {
  /** Token of each id: the alphabet, then what each merge makes. */
  readonly tokens: readonly string[];
  readonly merges: readonly (readonly [string, string])[];
}

/**
 * Learns byte-pair merges: again and again the most frequent pair of neighbours becomes one token.
 * Equal counts are decided by the lower ids, as Hugging Face's trainer does.
 *
 * @param wordCounts words, each a string of the alphabet's characters, and how often they occur
 * @param alphabet characters that are tokens whether they occur or not
 * @param size number of tokens wanted; fewer where no pair is left
 * @see Sennrich, Haddow & Birch 2016, arXiv 1508.07909, section 3.2; Radford et al. 2019, section
 * 2.2, for bytes
 */
export function trainBytePairs(
  wordCounts: ReadonlyMap<string, number>,
  alphabet: readonly string[],
  size: number,
): BytePairVocabulary {
  const tokens = [...alphabet];
  const idOf = new Map(tokens.map((token, id) => [token, id]));
  const words = Array.from(
    wordCounts,
    ([word, count]): CountedWord => ({
      symbols: Array.from(word, (symbol) => idOf.get(symbol) ?? 0),
      count,
    }),
  );
  const pairs = countPairs(words);
  const merges: [string, string][] = [];
  while (tokens.length < size) {
    const best = mostFrequent(pairs);
    if (best === undefined) break;
    const [left, right] = partsOf(best);
    const parts: [string, string] = [tokens[left] as string, tokens[right] as string];
    const token = parts.join("");
    const id = idOf.get(token) ?? tokens.push(token) - 1; // "aa" + "b" and "a" + "ab" are one token
    idOf.set(token, id);
    merges.push(parts);
    const holders = pairs.get(best)?.holders ?? new Set();
    for (const position of holders)
      mergeIn(words[position] as CountedWord, position, left, right, id, pairs);
    pairs.delete(best);
  }
  return { tokens, merges };
}

/** How often a pair occurs, and in which words (some of which may have lost it since). */
interface PairUse {
  count: number;
  readonly holders: Set<number>;
}

/** A pair of ids as one number. */
const pairKey = (left: number, right: number) => left * 2 ** 20 + right;
const partsOf = (key: number): [number, number] => [Math.floor(key / 2 ** 20), key % 2 ** 20];

function countPairs(words: readonly CountedWord[]): Map<number, PairUse> {
  const pairs = new Map<number, PairUse>();
  for (const [position, { symbols, count }] of words.entries()) {
    for (let i = 0; i + 1 < symbols.length; i++)
      changeCount(pairs, symbols[i] as number, symbols[i + 1] as number, count, position);
  }
  return pairs;
}

function changeCount(
  pairs: Map<number, PairUse>,
  left: number,
  right: number,
  change: number,
  position: number,
): void {
  const key = pairKey(left, right);
  const use = pairs.get(key) ?? { count: 0, holders: new Set() };
  use.count += change;
  if (change > 0) use.holders.add(position);
  pairs.set(key, use);
}

function mostFrequent(pairs: ReadonlyMap<number, PairUse>): number | undefined {
  let best: number | undefined;
  let bestCount = 0;
  for (const [key, { count }] of pairs) {
    if (count > bestCount || (count === bestCount && best !== undefined && key < best)) {
      best = key;
      bestCount = count;
    }
  }
  return best;
}

/** Merges a pair wherever it stands in a word, and counts the word's pairs anew. */
function mergeIn(
  word: CountedWord,
  position: number,
  left: number,
  right: number,
  id: number,
  pairs: Map<number, PairUse>,
): void {
  const before = word.symbols;
  const after: number[] = [];
  for (let i = 0; i < before.length; i++) {
    const isPair = before[i] === left && before[i + 1] === right;
    after.push(isPair ? id : (before[i] as number));
    if (isPair) i++;
  }
  if (after.length === before.length) return;
  for (let i = 0; i + 1 < before.length; i++)
    changeCount(pairs, before[i] as number, before[i + 1] as number, -word.count, position);
  for (let i = 0; i + 1 < after.length; i++)
    changeCount(pairs, after[i] as number, after[i + 1] as number, word.count, position);
  word.symbols = after;
}
