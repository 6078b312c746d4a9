import { assertSeed, philox4x32 } from "@glissade/core";

/**
 * Random choices of one example: a function of the seed and the example's number, so that any
 * example can be drawn without those before it.
 */
export interface ExampleRandom {
  /** In [0, 1). */
  uniform(): number;
  /** An integer from 0 to `count` - 1. */
  below(count: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T;
}

/** @throws InvalidArgumentError where the seed or the number is none. */
export function exampleRandom(seed: number, example: number): ExampleRandom {
  assertSeed(seed);
  assertSeed(example);
  const key = words(seed);
  const [exampleLow, exampleHigh] = words(example);
  let block = 0;
  let drawn: readonly number[] = [];
  let used = 4;
  const uniform = () => {
    if (used === 4) {
      drawn = philox4x32([block++, 0, exampleLow, exampleHigh], key);
      used = 0;
    }
    return (drawn[used++] as number) / 2 ** 32;
  };
  const below = (count: number) => Math.floor(uniform() * count);
  return {
    uniform,
    below,
    chance: (probability) => uniform() < probability,
    pick: <T>(list: readonly T[]) => list[below(list.length)] as T,
  };
}

function words(value: number): [number, number] {
  return [value >>> 0, Math.floor(value / 2 ** 32)];
}
