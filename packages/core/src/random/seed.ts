import { assertPositiveInteger, InvalidArgumentError } from "@glissade/graph";

/**
 * A seed is an integer from 0 to 2^53 - 1; as a bigint up to 2^64 - 1.
 *
 * @throws InvalidArgumentError for anything else: a negative number, a fraction, NaN.
 */
export function assertSeed(seed: unknown): asserts seed is number | bigint {
  const isSeed =
    typeof seed === "bigint"
      ? seed >= 0n && seed < 1n << 64n
      : Number.isSafeInteger(seed) && (seed as number) >= 0;
  if (!isSeed)
    throw new InvalidArgumentError({
      argument: "seed",
      received: seed,
      expected: "an integer from 0 to 2^53 - 1",
    });
}

/**
 * The seeds of `count` images made together: `seed`, `seed + 1`, ... So image k can be made again
 * alone.
 *
 * @throws InvalidArgumentError where one of them is no seed, or `count` no positive integer.
 */
export function imageSeeds(seed: number, count: number): number[] {
  assertPositiveInteger("count", count);
  assertSeed(seed);
  assertSeed(seed + (count - 1));
  return Array.from({ length: count }, (_, k) => seed + k);
}

/** A seed by chance: 32 bits, as many as PyTorch's generator looks at. */
export function randomSeed(): number {
  const [seed = 0] = crypto.getRandomValues(new Uint32Array(1));
  return seed;
}
