import { philox4x32 } from "@glissade/core/random";

/** Random choices that are a function of a seed and a number. */
export interface Random {
  /** In [from, to). */
  between(from: number, to: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** From a normal distribution. */
  normal(): number;
}

/** The choices of one example: it can be drawn without those before it. */
export function randomOf(seed: number, number: number): Random {
  let block = 0;
  let drawn: readonly number[] = [];
  const uniform = () => {
    if (block % 4 === 0) drawn = philox4x32([block >> 2, 0, number, 0], [seed, 0x6a756467]);
    return (drawn[block++ % 4] ?? 0) / 2 ** 32;
  };
  return {
    between: (from, to) => from + (to - from) * uniform(),
    chance: (probability) => uniform() < probability,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  };
}
