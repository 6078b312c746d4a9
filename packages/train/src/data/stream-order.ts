import { assertSeed, type PhiloxKey, philox4x32 } from "@glissade/core/random";

/**
 * Keeps these draws apart from others that count with the same seed, e.g. the noise of
 * `philoxGenerator`. The bytes of "data".
 */
const purpose = 0x64617461;
const lanes = { order: 0, draws: 1 } as const;

/** What is drawn for one position of the stream: numbers in [0, 1). */
export interface StreamDraws {
  readonly mirror: number;
  readonly caption: number;
  readonly left: number;
  readonly top: number;
}

/**
 * The endless stream over `size` examples: every epoch shows each once, in an order of its own.
 * Everything is a function of seed and position, so a run that resumes needs to know nothing else.
 */
export class StreamOrder {
  readonly #size: number;
  readonly #key: PhiloxKey;
  readonly #shuffle: boolean;
  /** The last epoch's order and the one before it: batches straddle the border. */
  readonly #orders = new Map<number, Uint32Array>();

  constructor({
    size,
    seed,
    shuffle,
  }: { readonly size: number; readonly seed: number; readonly shuffle: boolean }) {
    assertSeed(seed);
    this.#size = size;
    this.#key = [seed >>> 0, Math.floor(seed / 2 ** 32)];
    this.#shuffle = shuffle;
  }

  /** Which example is at a position. */
  indexAt(position: number): number {
    const index = position % this.#size;
    if (!this.#shuffle) return index;
    return this.#order(Math.floor(position / this.#size))[index] as number;
  }

  drawsAt(position: number): StreamDraws {
    const [mirror, caption, left, top] = philox4x32(
      [position >>> 0, Math.floor(position / 2 ** 32), lanes.draws, purpose],
      this.#key,
    );
    return {
      mirror: mirror / 2 ** 32,
      caption: caption / 2 ** 32,
      left: left / 2 ** 32,
      top: top / 2 ** 32,
    };
  }

  #order(epoch: number): Uint32Array {
    let order = this.#orders.get(epoch);
    if (!order) {
      order = this.#permutation(epoch);
      const [oldest] = this.#orders.keys();
      if (this.#orders.size > 1 && oldest !== undefined) this.#orders.delete(oldest);
      this.#orders.set(epoch, order);
    }
    return order;
  }

  /** Fisher-Yates; one word a swap. The bias of a 32-bit word over n values is below n / 2^32. */
  #permutation(epoch: number): Uint32Array {
    const order = Uint32Array.from({ length: this.#size }, (_, index) => index);
    let words: readonly number[] = [];
    for (let last = this.#size - 1, drawn = 0; last > 0; last--, drawn++) {
      if (drawn % 4 === 0) words = philox4x32([drawn / 4, epoch, lanes.order, purpose], this.#key);
      const other = pick((words[drawn % 4] as number) / 2 ** 32, last + 1);
      const value = order[last] as number;
      order[last] = order[other] as number;
      order[other] = value;
    }
    return order;
  }
}

/** One of `count` values from a number in [0, 1). */
export function pick(draw: number, count: number): number {
  return Math.floor(draw * count);
}
