import { sizeOf, type Tensor, tensor } from "../tensor.ts";
import type { RandomGenerator } from "./random-generator.ts";
import { assertSeed } from "./seed.ts";

/** Four 32-bit words. */
export type PhiloxCounter = readonly [number, number, number, number];

/** Two 32-bit words. */
export type PhiloxKey = readonly [number, number];

const rounds = 10;
const multipliers = [0xd2511f53, 0xcd9e8d57] as const;
const keyIncrements = [0x9e3779b9, 0xbb67ae85] as const; // golden ratio, sqrt(3) - 1

/**
 * Philox4x32-10: four random 32-bit words that are a function of a counter and a key, and of nothing else.
 *
 * @see Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", SC '11, section 3.3
 */
export function philox4x32(counter: PhiloxCounter, key: PhiloxKey): PhiloxCounter {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < rounds; round++) {
    const high0 = multiplyHigh(multipliers[0], c0);
    const low0 = Math.imul(multipliers[0], c0);
    const high1 = multiplyHigh(multipliers[1], c2);
    const low1 = Math.imul(multipliers[1], c2);
    [c0, c1, c2, c3] = [high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0];
    k0 = (k0 + keyIncrements[0]) | 0;
    k1 = (k1 + keyIncrements[1]) | 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

/**
 * Random numbers from counting: streams of one seed are independent of each other, and a short draw is always the beginning of a longer one. Seeds do
 * not give PyTorch's noise; for that there is `torchGenerator`.
 *
 * @param seed the key: an integer from 0 to 2^53 - 1, or a bigint up to 2^64 - 1
 * @param stream upper half of the counter, same range: e.g. the number of an image
 * @throws InvalidArgumentError for any other seed or stream.
 * @example `philoxGenerator(7, 3).randn([1, 3, 64, 64])`
 */
export function philoxGenerator(seed: number | bigint, stream: number | bigint = 0): RandomGenerator {
  assertSeed(seed);
  assertSeed(stream);
  const key = words(seed);
  const [streamLow, streamHigh] = words(stream);
  let block = 0; // up to 2^53 blocks of four words

  /** Fills a draw four values at a time; what a draw leaves of its last block is not used again. */
  const fill = (dims: readonly number[], fromWords: (random: PhiloxCounter) => readonly number[]): Tensor => {
    const values = new Float32Array(sizeOf(dims));
    for (let start = 0; start < values.length; start += 4) {
      const random = philox4x32([block >>> 0, Math.floor(block / 2 ** 32), streamLow, streamHigh], key);
      values.set(fromWords(random).slice(0, values.length - start), start);
      block++;
    }
    return tensor(dims, values);
  };

  return {
    randn: (dims) => fill(dims, ([w0, w1, w2, w3]) => [...normalPair(w0, w1), ...normalPair(w2, w3)]),
    rand: (dims) => fill(dims, (random) => random.map((word) => (word >>> 8) / 2 ** 24)),
  };
}

/** Box-Muller; the half keeps the first uniform value away from 0. */
function normalPair(w0: number, w1: number): [number, number] {
  const radius = Math.sqrt(-2 * Math.log((w0 + 0.5) / 2 ** 32));
  const theta = (2 * Math.PI * w1) / 2 ** 32;
  return [radius * Math.cos(theta), radius * Math.sin(theta)];
}

/** The upper 32 bits of the product of two unsigned 32-bit integers, from products of 16-bit halves. */
function multiplyHigh(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = aHigh * bLow + Math.floor((aLow * bLow) / 2 ** 16); // below 2^33, exact
  const carry = (aLow * bHigh + (middle % 2 ** 16)) / 2 ** 16;
  return aHigh * bHigh + Math.floor(middle / 2 ** 16) + Math.floor(carry);
}

/** The low and the high 32 bits. */
function words(value: number | bigint): PhiloxKey {
  const wide = BigInt(value);
  return [Number(wide & 0xffffffffn), Number(wide >> 32n)];
}
