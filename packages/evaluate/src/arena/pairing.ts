import { createHash } from "node:crypto";
import { InvalidArgumentError } from "@glissade/core";
import { assertSeed, philox4x32 } from "@glissade/core/random";

/** Two images beside each other, with what is asked. */
export interface Pair {
  readonly question: string;
  /** The file name of both. */
  readonly image: string;
  /** Contestants. */
  readonly left: string;
  readonly right: string;
}

export interface PairingOptions {
  readonly contestants: readonly string[];
  /** Which images each question is asked about, by file name. */
  readonly questions: ReadonlyMap<string, readonly string[]>;
  /** Of the shuffling. Default: 0. */
  readonly seed?: number;
}

export interface NextPairsOptions {
  readonly rater: string;
  readonly count: number;
  /** Pairs that the rater has judged. */
  readonly judged: readonly Pair[];
  /** Pairs that the rater's page holds already, of which no vote is here yet. */
  readonly held?: readonly Pair[];
}

/** Decides who sees what. */
export interface Pairing {
  /** How many pairs there are in all, over all questions. */
  readonly total: number;
  /** The next pairs for a rater: none where he has judged or holds all. */
  next(options: NextPairsOptions): readonly Pair[];
  /** A vote has come; with -1, gone. One on a pair that is not among those here is ignored. */
  count(pair: Pair, votes?: number): void;
  /** Whether the pair is one of those here, either way round. */
  has(pair: Pair): boolean;
}

/** A rater is asked the same question so many times in a row. */
const blockLength = 10;

const mostPairs = 2 ** 22;

/**
 * Deals pairs out so that votes spread evenly. A rater gets a pair that he has not judged: of those
 * with the fewest votes, one of the contestants with the fewest votes against each other, of those
 * one of the image with the fewest votes, of those one by lot; which side is which is by lot too.
 * Questions take turns in blocks of ten. What a rater gets is a function of the seed, the rater,
 * and the votes so far.
 *
 * @throws InvalidArgumentError for more than 4 million pairs, or a seed that is none
 * @example `createPairing({ contestants: ["a", "b"], questions: new Map([["photorealism",
 * ["0001.png"]]]) }).next({ rater, count: 1, judged: [] })`
 */
export function createPairing({ contestants, questions, seed = 0 }: PairingOptions): Pairing {
  assertSeed(seed);
  const duels = contestants.flatMap((first, i) =>
    contestants.slice(i + 1).map((second) => [first, second] as const),
  );
  const decks = new Map(
    [...questions].map(([question, images]) => [question, new Deck(question, images, duels)]),
  );
  const total = [...decks.values()].reduce((sum, deck) => sum + deck.size, 0);
  if (total > mostPairs)
    throw new InvalidArgumentError({
      argument: "images",
      received: `${total} pairs`,
      expected: `at most ${mostPairs} pairs`,
      hint: "Take fewer images or contestants.",
    });

  return {
    total,
    has: ({ question, ...pair }) => decks.get(question)?.placeOf(pair) !== undefined,
    count: (pair, votes = 1) => decks.get(pair.question)?.count(pair, votes),
    next({ rater, count, judged, held = [] }) {
      const seats = [...decks.values()].map((deck) => new Seat(deck, judged, held));
      const lots = lotsOf(seed, rater);
      const dealt: Pair[] = [];
      while (dealt.length < count) {
        const open = seats.filter((seat) => seat.hasMore);
        const [seat] = open.sort((a, b) => a.block - b.block); // sort keeps the order of equals
        if (!seat) break;
        dealt.push(seat.deal(lots(seat.deck.question, seat.taken)));
      }
      return dealt;
    },
  };
}

type Duel = readonly [first: string, second: string];
type Sides = Omit<Pair, "question">;

/** All pairs of one question, with their votes. */
class Deck {
  readonly question: string;
  readonly images: readonly string[];
  readonly duels: readonly Duel[];
  readonly pairVotes: Int32Array;
  readonly duelVotes: Int32Array;
  readonly imageVotes: Int32Array;
  readonly #imageNumbers: ReadonlyMap<string, number>;
  readonly #duelNumbers: ReadonlyMap<string, number>;

  constructor(question: string, images: readonly string[], duels: readonly Duel[]) {
    this.question = question;
    this.images = images;
    this.duels = duels;
    this.pairVotes = new Int32Array(images.length * duels.length);
    this.duelVotes = new Int32Array(duels.length);
    this.imageVotes = new Int32Array(images.length);
    this.#imageNumbers = new Map(images.map((image, number) => [image, number]));
    this.#duelNumbers = new Map(
      duels.flatMap(([a, b], number) =>
        [JSON.stringify([a, b]), JSON.stringify([b, a])].map((name) => [name, number] as const),
      ),
    );
  }

  get size(): number {
    return this.pairVotes.length;
  }

  placeOf({ image, left, right }: Sides): number | undefined {
    const imageNumber = this.#imageNumbers.get(image);
    const duelNumber = this.#duelNumbers.get(JSON.stringify([left, right]));
    return imageNumber === undefined || duelNumber === undefined
      ? undefined
      : imageNumber * this.duels.length + duelNumber;
  }

  count(pair: Sides, votes: number): void {
    const place = this.placeOf(pair);
    if (place === undefined) return;
    add(this.pairVotes, place, votes);
    add(this.duelVotes, place % this.duels.length, votes);
    add(this.imageVotes, Math.floor(place / this.duels.length), votes);
  }
}

/**
 * A rater at a deck: what he holds counts as if it were voted on, so that pairs dealt ahead spread
 * as well.
 */
class Seat {
  readonly deck: Deck;
  readonly #taken = new Set<number>();
  readonly #duelVotes: Int32Array;
  readonly #imageVotes: Int32Array;

  constructor(deck: Deck, judged: readonly Pair[], held: readonly Pair[]) {
    this.deck = deck;
    this.#duelVotes = deck.duelVotes.slice();
    this.#imageVotes = deck.imageVotes.slice();
    for (const pair of judged) this.#take(pair, 0);
    for (const pair of held) this.#take(pair, 1);
  }

  get taken(): number {
    return this.#taken.size;
  }

  get hasMore(): boolean {
    return this.#taken.size < this.deck.size;
  }

  get block(): number {
    return Math.floor(this.#taken.size / blockLength);
  }

  deal([choice, side]: readonly [choice: number, side: number]): Pair {
    const best = this.#fewestVotes();
    const place = best[choice % best.length] ?? 0;
    const { question, duels, images } = this.deck;
    const [first = "", second = ""] = duels[place % duels.length] ?? [];
    const image = images[Math.floor(place / duels.length)] ?? "";
    const pair = {
      question,
      image,
      ...(side % 2 === 0 ? { left: first, right: second } : { left: second, right: first }),
    };
    this.#take(pair, 1);
    return pair;
  }

  /** The places of all that are equally due. */
  #fewestVotes(): number[] {
    const { pairVotes, duels } = this.deck;
    let due: number[] = [];
    let fewest: readonly number[] = [Number.POSITIVE_INFINITY];
    for (let place = 0; place < pairVotes.length; place++) {
      if ((pairVotes[place] ?? 0) > (fewest[0] ?? 0) || this.#taken.has(place)) continue;
      const votes = [
        pairVotes[place] ?? 0,
        this.#duelVotes[place % duels.length] ?? 0,
        this.#imageVotes[Math.floor(place / duels.length)] ?? 0,
      ];
      const order = compareLists(votes, fewest);
      if (order > 0) continue;
      if (order < 0) due = [];
      due.push(place);
      fewest = votes;
    }
    return due;
  }

  #take(pair: Pair, votes: number): void {
    const place = pair.question === this.deck.question ? this.deck.placeOf(pair) : undefined;
    if (place === undefined || this.#taken.has(place)) return;
    this.#taken.add(place);
    add(this.#duelVotes, place % this.deck.duels.length, votes);
    add(this.#imageVotes, Math.floor(place / this.deck.duels.length), votes);
  }
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) {
    const difference = value - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Two random words for a rater's n-th pair of a question. */
function lotsOf(
  seed: number,
  rater: string,
): (question: string, n: number) => readonly [number, number] {
  const key = [seed % 2 ** 32, Math.floor(seed / 2 ** 32)] as const;
  return (question, n) => {
    const digest = createHash("sha256")
      .update(JSON.stringify([rater, question]))
      .digest();
    const [choice, side] = philox4x32(
      [n, digest.readUInt32LE(0), digest.readUInt32LE(4), digest.readUInt32LE(8)],
      key,
    );
    return [choice, side];
  };
}

function add(values: Int32Array, place: number, amount: number): void {
  values[place] = (values[place] ?? 0) + amount;
}
