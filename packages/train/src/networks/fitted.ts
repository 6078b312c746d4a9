import { InvalidArgumentError, type Tensor } from "@glissade/core";
import { sizeOf, tensor } from "@glissade/graph";

/**
 * A weight in the shape that the network has it in.
 *
 * @throws InvalidArgumentError if it is missing or has another number of elements: the configuration
 * is not this network's.
 */
export function fitted(
  label: string,
  name: string,
  dims: readonly number[],
  weight: Tensor | undefined,
): Tensor {
  if (weight && weight.data.length === sizeOf(dims)) return tensor(dims, weight.data);
  throw new InvalidArgumentError({
    argument: `${label}: ${name}`,
    received: weight ? weight.dims : "missing",
    expected: `a weight of shape [${dims.join(", ")}], as the network's configuration says`,
  });
}
