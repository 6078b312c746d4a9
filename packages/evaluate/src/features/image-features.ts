import { createHash } from "node:crypto";
import { InvalidArgumentError, type RgbImage, type Tensor } from "@glissade/core";
import { concatRows } from "@glissade/graph";
import { FeatureMoments, type Gaussian } from "../formulas/feature-moments.ts";
import type { FeatureBatch, FeatureNetwork, FeatureNetworkCard } from "./feature-network.ts";

/** One of two sets of images that were compared. */
export interface ImageSetCard {
  /** What it was called: a folder, a file, the settings that made it. */
  readonly name: string;
  readonly count: number;
  /** SHA-256 of all pixels with their sizes, in order. */
  readonly sha256: string;
}

/** What a network sees in a set of images, and which set it was. */
export interface ImageFeatures {
  readonly set: ImageSetCard;
  readonly network: FeatureNetworkCard;
  /** `[N, D]`. */
  readonly pooled: Tensor;
  /** Fitted to the pooled features; undefined for a single image. */
  readonly gaussian: Gaussian | undefined;
  /** Of the spatial features, which are too large to be kept for every image. */
  readonly spatial?: Gaussian;
  /** `[N, classes]`. */
  readonly probabilities?: Tensor;
}

export interface ReadFeaturesOptions {
  /** What to call the set. */
  readonly name: string;
  readonly signal?: AbortSignal;
  /** Told after every batch. */
  readonly onProgress?: (images: number) => void;
}

/**
 * The features of images that come batch after batch; of the images themselves none is kept.
 *
 * @throws InvalidArgumentError where there is no image; what the source and the network throw;
 * the signal's reason where aborted
 * @example `const features = await readFeatures(openImages("samples.npz"), network, { name:
 * "samples" });`
 */
export async function readFeatures(
  images: AsyncIterable<readonly RgbImage[]> | Iterable<readonly RgbImage[]>,
  network: FeatureNetwork,
  { name, signal, onProgress }: ReadFeaturesOptions,
): Promise<ImageFeatures> {
  const hash = createHash("sha256");
  const [pooled, probabilities]: [Tensor[], Tensor[]] = [[], []];
  const moments = new FeatureMoments(network.card.dimensions);
  let spatial: FeatureMoments | undefined;
  let count = 0;
  for await (const batch of images) {
    signal?.throwIfAborted();
    if (batch.length === 0) continue;
    for (const { width, height, data } of batch) hash.update(`${width}x${height}`).update(data);
    const features: FeatureBatch = await network.of(batch, signal ? { signal } : {});
    pooled.push(features.pooled);
    moments.add(features.pooled);
    if (features.probabilities) probabilities.push(features.probabilities);
    if (features.spatial) {
      spatial ??= new FeatureMoments(features.spatial.dims[1] ?? 0);
      spatial.add(features.spatial);
    }
    count += batch.length;
    onProgress?.(count);
  }
  if (count === 0)
    throw new InvalidArgumentError({
      argument: name,
      received: "no image",
      expected: "at least one",
    });
  return {
    set: { name, count, sha256: hash.digest("hex") },
    network: network.card,
    pooled: concatRows(pooled),
    gaussian: count > 1 ? moments.gaussian() : undefined,
    ...(probabilities.length > 0 && { probabilities: concatRows(probabilities) }),
    ...(spatial && count > 1 && { spatial: spatial.gaussian() }),
  };
}
