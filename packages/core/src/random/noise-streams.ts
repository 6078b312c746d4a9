import {
  assertPositiveInteger,
  concatRows,
  InvalidArgumentError,
  rows,
  type Tensor,
} from "@glissade/graph";
import type { RandomGenerator } from "./random-generator.ts";
import { torchGenerator } from "./torch-generator.ts";

/** The noise of one run: every call gives fresh standard normal values of the shape `[B, ...]`. */
export type NoiseSource = (dims: readonly number[]) => Tensor;

/** Makes a generator from a seed, e.g. `torchGenerator`, or `(seed) => philoxGenerator(seed)`. */
export type MakeGenerator = (seed: number) => RandomGenerator;

/**
 * Noise where row k comes from image k's own generator, as a draw of `[1, ...]`: an image depends
 * on its own seed alone, not on the images made together with it.
 *
 * @param seeds one per image; every draw must have as many rows
 * @throws InvalidArgumentError where a seed is none, or a draw has another number of rows.
 * @example `perImageNoise(imageSeeds(7, 4))([4, 3, 64, 64])`
 */
export function perImageNoise(
  seeds: readonly number[],
  makeGenerator: MakeGenerator = torchGenerator,
): NoiseSource {
  if (seeds.length === 0)
    throw new InvalidArgumentError({
      argument: "seeds",
      received: seeds,
      expected: "at least one seed",
    });
  const generators = seeds.map((seed) => makeGenerator(seed));
  return ([batch, ...rest]) => {
    if (batch !== generators.length) {
      throw new InvalidArgumentError({
        argument: "dims",
        received: [batch, ...rest],
        expected: `a shape with ${generators.length} rows, one per seed`,
      });
    }
    const draws = generators.map((generator) => generator.randn([1, ...rest]));
    return draws.length === 1 && draws[0] ? draws[0] : concatRows(draws);
  };
}

export interface BatchNoiseOptions {
  /**
   * Rows that the reference's loop runs for each image: every draw has `rowsPerImage * B` rows, of
   * which the first B are used. Default 1; GLIDE's notebooks with classifier-free guidance run 2.
   */
  readonly rowsPerImage?: number;
  /** Default `torchGenerator`. */
  readonly makeGenerator?: MakeGenerator;
}

/**
 * Noise for the whole batch from one generator, in the order in which a PyTorch program draws it:
 * for the images that such a program makes with the same seed.
 *
 * @throws InvalidArgumentError where the seed is none, or `rowsPerImage` no positive integer.
 * @example `batchNoise(0, { rowsPerImage: 2 })([1, 3, 64, 64])`
 */
export function batchNoise(
  seed: number,
  { rowsPerImage = 1, makeGenerator = torchGenerator }: BatchNoiseOptions = {},
): NoiseSource {
  assertPositiveInteger("rowsPerImage", rowsPerImage);
  const generator = makeGenerator(seed);
  return ([batch = 1, ...rest]) => rows(generator.randn([rowsPerImage * batch, ...rest]), 0, batch);
}
