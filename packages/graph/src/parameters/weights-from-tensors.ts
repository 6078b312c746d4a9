import type { AnyTensor } from "../tensor.ts";
import { byteLength, bytesOfTensor } from "./tensor-bytes.ts";
import type { WeightSource } from "./weight-source.ts";
import { WeightsError } from "./weights-error.ts";

/**
 * Weights that lie in memory.
 *
 * @throws WeightsError where a tensor's data does not fill its shape.
 * @example `weightsFromTensors({ "out.weight": tensor([6, 32, 3, 3], values) })`
 */
export function weightsFromTensors(
  tensors: Readonly<Record<string, AnyTensor>> | ReadonlyMap<string, AnyTensor>,
): WeightSource {
  const entries = new Map<string, AnyTensor>(
    tensors instanceof Map ? tensors : Object.entries(tensors),
  );
  for (const [name, { dtype, dims, data }] of entries) {
    if (data.byteLength !== byteLength({ dtype, dims }))
      throw new WeightsError({
        tensor: name,
        reason: `${data.length} elements do not fill the shape [${dims.join(", ")}]`,
      });
  }
  return {
    names: [...entries.keys()],
    describe: (name) => entries.get(name),
    locate: () => undefined,
    async read(name) {
      const tensor = entries.get(name);
      if (!tensor) throw new WeightsError({ tensor: name, reason: "there is no such weight" });
      return bytesOfTensor(tensor);
    },
    async dispose() {},
  };
}
