import { sizeOf, type Tensor, tensor } from "@glissade/graph";
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
 * Philox4x32-10: four random 32-bit words that are a function of a counter and a key, and of
 * nothing else.
 *
 * @see Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", SC '11,
 * section 3.3
 */
export function philox4x32(counter: PhiloxCounter, key: PhiloxKey): PhiloxCounter {
  const block = new Uint32Array(4);
  philoxBlock(block, ...counter, ...key);
  return [...block] as [number, number, number, number]; // four words in, four out
}

/** The same into an array that is there already: a large draw makes no others. */
function philoxBlock(
  block: Uint32Array,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
): void {
  for (let round = 0; round < rounds; round++) {
    const high0 = multiplyHigh(multipliers[0], c0);
    const low0 = Math.imul(multipliers[0], c0);
    const high1 = multiplyHigh(multipliers[1], c2);
    const low1 = Math.imul(multipliers[1], c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + keyIncrements[0]) | 0;
    k1 = (k1 + keyIncrements[1]) | 0;
  }
  block[0] = c0;
  block[1] = c1;
  block[2] = c2;
  block[3] = c3;
}

/**
 * Random numbers from counting: streams of one seed are independent of each other, and a short draw
 * is always the beginning of a longer one. Seeds do not give PyTorch's noise; for that there is
 * `torchGenerator`.
 *
 * @param seed the key: an integer from 0 to 2^53 - 1, or a bigint up to 2^64 - 1
 * @param stream upper half of the counter, same range: e.g. the number of an image
 * @throws InvalidArgumentError for any other seed or stream.
 * @example `philoxGenerator(7, 3).randn([1, 3, 64, 64])`
 */
export function philoxGenerator(
  seed: number | bigint,
  stream: number | bigint = 0,
): RandomGenerator {
  assertSeed(seed);
  assertSeed(stream);
  const [keyLow, keyHigh] = words(seed);
  const [streamLow, streamHigh] = words(stream);
  let count = 0; // of blocks, up to 2^53
  const block = new Uint32Array(4);
  const four = new Float32Array(4);

  /** Fills a draw four values at a time; what a draw leaves of its last block is not used again. */
  const fill = (
    dims: readonly number[],
    toValues: (words: Uint32Array, values: Float32Array) => void,
  ): Tensor => {
    const values = new Float32Array(sizeOf(dims));
    for (let start = 0; start < values.length; start += 4) {
      philoxBlock(
        block,
        count >>> 0,
        Math.floor(count / 2 ** 32),
        streamLow,
        streamHigh,
        keyLow,
        keyHigh,
      );
      toValues(block, four);
      for (let i = Math.min(4, values.length - start) - 1; i >= 0; i--)
        values[start + i] = four[i] as number;
      count++;
    }
    return tensor(dims, values);
  };

  return { randn: (dims) => fill(dims, toNormal), rand: (dims) => fill(dims, toUniform) };
}

function toUniform(words: Uint32Array, values: Float32Array): void {
  for (let i = 0; i < 4; i++) values[i] = ((words[i] as number) >>> 8) / 2 ** 24;
}

/** Box-Muller, a pair at a time; the half keeps the first uniform value away from 0. */
function toNormal(words: Uint32Array, values: Float32Array): void {
  for (let i = 0; i < 4; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(((words[i] as number) + 0.5) / 2 ** 32));
    const theta = (2 * Math.PI * (words[i + 1] as number)) / 2 ** 32;
    values[i] = radius * Math.cos(theta);
    values[i + 1] = radius * Math.sin(theta);
  }
}

/**
 * The upper 32 bits of the product of two unsigned 32-bit integers, from products of 16-bit halves:
 * no sum reaches 2^32, so that all of it is integer arithmetic.
 */
function multiplyHigh(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16);
  const carry = Math.imul(aLow, bHigh) + (middle & 0xffff);
  return Math.imul(aHigh, bHigh) + (middle >>> 16) + (carry >>> 16);
}

/** The low and the high 32 bits. */
function words(value: number | bigint): PhiloxKey {
  const wide = BigInt(value);
  return [Number(wide & 0xffffffffn), Number(wide >> 32n)];
}
