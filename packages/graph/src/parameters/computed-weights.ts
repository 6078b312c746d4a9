import type { Tensor } from "../tensor.ts";
import { bytesOfTensor } from "./tensor-bytes.ts";
import type { WeightSource } from "./weight-source.ts";
import { WeightsError } from "./weights-error.ts";

/**
 * Weights that are computed when they are read, so that no more than one is in memory at a time:
 * initial weights, those of a test, or what is made of a checkpoint's.
 *
 * @param shapes name and shape of each weight; a name that comes again must have the same number of
 * elements, and the first shape counts
 * @example `computedWeights(graph.parameters.map(({ name, dims }) => [name, dims]), (name, dims) =>
 * generator.randn(dims))`
 */
export function computedWeights(
  shapes: Iterable<readonly [name: string, dims: readonly number[]]>,
  compute: (name: string, dims: readonly number[]) => Tensor | Promise<Tensor>,
): WeightSource {
  const dimsOf = new Map<string, readonly number[]>();
  for (const [name, dims] of shapes) if (!dimsOf.has(name)) dimsOf.set(name, dims);
  return {
    names: [...dimsOf.keys()],
    describe(name) {
      const dims = dimsOf.get(name);
      return dims && { dtype: "float32", dims };
    },
    locate: () => undefined,
    async read(name) {
      const dims = dimsOf.get(name);
      if (!dims) throw new WeightsError({ tensor: name, reason: "there is no such weight" });
      return bytesOfTensor(await compute(name, dims));
    },
    async dispose() {},
  };
}
