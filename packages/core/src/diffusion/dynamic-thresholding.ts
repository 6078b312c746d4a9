import type { Tensor } from "@glissade/graph";
import { InvalidArgumentError } from "@glissade/graph";
import { batchOf } from "./batch-weights.ts";

export interface DynamicThresholdingOptions {
  /**
   * Which part of an image's absolute values may reach the threshold without being clipped, in (0,
   * 1]. Default 0.995.
   */
  readonly percentile?: number;
}

/**
 * Clips each image at s, the given percentile of its absolute values but at least 1, and divides by
 * s: strong guidance then saturates fewer pixels than a clip at 1. For `clipDenoised` of `predict`.
 *
 * @throws InvalidArgumentError where `percentile` leaves (0, 1].
 * @see Saharia et al. 2022, arXiv 2205.11487, section 2.3
 * @example `predict(diffusion, output, x, t, { clipDenoised: dynamicThresholding() })`
 */
export function dynamicThresholding({
  percentile = 0.995,
}: DynamicThresholdingOptions = {}): (x0: Tensor) => Tensor {
  if (!(percentile > 0 && percentile <= 1)) {
    throw new InvalidArgumentError({
      argument: "percentile",
      received: percentile,
      expected: "a number greater than 0 and at most 1",
    });
  }
  return (x0) => {
    const batch = batchOf(x0);
    const size = x0.data.length / batch;
    const data = new Float32Array(x0.data.length);
    for (let row = 0; row < batch; row++) {
      const image = x0.data.subarray(row * size, (row + 1) * size);
      const threshold = Math.max(1, quantile(image.map(Math.abs), percentile));
      data.set(
        image.map((value) => Math.min(threshold, Math.max(-threshold, value)) / threshold),
        row * size,
      );
    }
    return { dtype: "float32", dims: x0.dims, data };
  };
}

/** Linear interpolation between the two nearest ranks. Sorts `values` in place. */
function quantile(values: Float32Array, fraction: number): number {
  values.sort();
  const position = fraction * (values.length - 1);
  const below = Math.floor(position);
  const low = values[below] as number;
  const high = values[Math.min(below + 1, values.length - 1)] as number;
  return low + (position - below) * (high - low);
}
