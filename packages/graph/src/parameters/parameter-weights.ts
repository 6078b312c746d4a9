import type { GraphParameter } from "../graph/graph.ts";
import { type DataType, sizeOf } from "../tensor.ts";
import type { WeightSource } from "./weight-source.ts";
import { WeightsError } from "./weights-error.ts";

const floatingPoint: ReadonlySet<DataType> = new Set(["float32", "float16", "bfloat16", "float64"]);

/**
 * A graph's parameter as the weights hold it. For backends.
 *
 * @throws WeightsError where it is missing, has another number of elements, or is not of a
 * floating-point type.
 */
export function describeParameter(
  { name, dims }: GraphParameter,
  weights: WeightSource,
): { readonly dtype: DataType; readonly dims: readonly number[] } {
  const stored = weights.describe(name);
  if (!stored) {
    throw new WeightsError({
      tensor: name,
      reason: "the network needs this weight and it is missing",
      advice: "Check that the file belongs to this network and its config.",
    });
  }
  if (sizeOf(stored.dims) !== sizeOf(dims)) {
    throw new WeightsError({
      tensor: name,
      reason: `it has the shape [${stored.dims.join(", ")}] where the network takes [${dims.join(", ")}]`,
      advice: "Check the network's config.",
    });
  }
  if (!floatingPoint.has(stored.dtype))
    throw new WeightsError({
      tensor: name,
      reason: `it is ${stored.dtype} where the network takes floating-point numbers`,
    });
  return stored;
}
