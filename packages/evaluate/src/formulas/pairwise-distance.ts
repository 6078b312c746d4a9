import type { Tensor } from "@glissade/core";
import { shapeOfRows } from "./feature-rows.ts";
import { squaredDistance } from "./nearest-neighbours.ts";
import { pace } from "./pace.ts";

/**
 * The mean distance between the features of two images of a set: variety without a perceptual
 * network of its own. 0 for a set of one image again and again.
 *
 * @param features `[N, D]`
 * @throws InvalidArgumentError where there are fewer than two rows, or they are not finite; the
 * signal's reason where aborted
 */
export async function meanPairwiseDistance(
  features: Tensor,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<number> {
  const { count, dimensions } = shapeOfRows("features", features, 2);
  const pause = pace(signal);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++)
      sum += Math.sqrt(squaredDistance(features.data, i, features.data, j, dimensions));
    await pause();
  }
  return sum / ((count * (count - 1)) / 2);
}
