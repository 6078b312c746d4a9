import { InvalidArgumentError, type Tensor } from "@glissade/core";
import type { FeatureNetworkCard } from "./features/feature-network.ts";
import type { PictureFeatures } from "./features/picture-features.ts";
import { clipScore, rPrecision } from "./metrics/caption-match.ts";
import type { Gaussian } from "./metrics/feature-moments.ts";
import { frechetDistance } from "./metrics/frechet-distance.ts";
import { inceptionScore } from "./metrics/inception-score.ts";
import { kernelDistance } from "./metrics/kernel-distance.ts";
import type { MeasuredSet, MetricCard, Metrics } from "./metrics/metric-card.ts";
import { meanPairwiseDistance } from "./metrics/pairwise-distance.ts";
import { manifoldMetrics } from "./metrics/precision-recall.ts";

/** How well pictures fit the captions that they were made from, in the embeddings of one CLIP. */
export interface CaptionedPictures {
  /** `[N, E]`, of length 1. */
  readonly images: Tensor;
  /** `[N, E]`, row i belonging to picture i. */
  readonly texts: Tensor;
  readonly captions: readonly string[];
  readonly logitScale: number;
}

export interface MeasureOptions {
  /** Without it there is no CLIP score and no R-precision. */
  readonly captioned?: CaptionedPictures;
  /** Of what is drawn at random while measuring. Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

const neighbours = { manifold: 3, density: 5 } as const;

/**
 * All metrics of a set of pictures against a reference, with everything that they depend on.
 *
 * @throws InvalidArgumentError where the features come from two networks, are not finite, or are of
 * 5 pictures or fewer; the signal's reason where aborted
 * @example `const { metrics, card } = await measure(reference, samples);`
 */
export async function measure(
  reference: PictureFeatures,
  samples: PictureFeatures,
  options: MeasureOptions = {},
): Promise<MeasuredSet> {
  assertOneNetwork(reference.network, samples.network);
  const { captioned, seed = 0, signal } = options;
  const heard = signal ? { signal } : {};
  const { manifold, density } = neighbours;
  // First of all: these two check the features.
  const manifolds = await manifoldMetrics(reference.pooled, samples.pooled, {
    neighbours: manifold,
    densityNeighbours: density,
    ...heard,
  });
  const kid = await kernelDistance(reference.pooled, samples.pooled, { seed, ...heard });
  const { metrics: distances, card } = measureDistance(reference, samples, { seed });
  const metrics: Metrics = {
    ...distances,
    kid: { mean: kid.mean, deviation: kid.deviation },
    ...(samples.probabilities && { inceptionScore: inceptionScore(samples.probabilities) }),
    ...manifolds,
    ...(captioned && {
      clipScore: clipScore(captioned.images, captioned.texts, captioned),
      rPrecision: rPrecision(captioned.images, captioned.texts, captioned.captions, { seed }),
    }),
    diversity: await meanPairwiseDistance(samples.pooled, heard),
  };
  return { metrics, card };
}

/** The Fréchet distances alone, as `fid` and, where the network has spatial features, `sfid`. */
export interface MeasuredDistance {
  readonly metrics: Pick<Metrics, "fid" | "sfid">;
  readonly card: MetricCard;
}

/**
 * The Fréchet distance alone: what most papers report, and the only metric that takes no time where
 * the features are there.
 *
 * @throws InvalidArgumentError where the features come from two networks, or of a single picture
 */
export function measureDistance(
  reference: PictureFeatures,
  samples: PictureFeatures,
  { seed = 0 }: Pick<MeasureOptions, "seed"> = {},
): MeasuredDistance {
  assertOneNetwork(reference.network, samples.network);
  const metrics = {
    fid: frechetDistance(gaussianOf(reference), gaussianOf(samples)),
    ...(reference.spatial &&
      samples.spatial && { sfid: frechetDistance(reference.spatial, samples.spatial) }),
  };
  return {
    metrics,
    card: {
      features: samples.network,
      reference: reference.set,
      samples: samples.set,
      seed,
      neighbours,
      notes: notesOn(reference, samples),
    },
  };
}

function gaussianOf({ gaussian, set }: PictureFeatures): Gaussian {
  if (gaussian) return gaussian;
  throw new InvalidArgumentError({
    argument: set.name,
    received: `${set.count} picture`,
    expected: "at least two",
  });
}

function assertOneNetwork(reference: FeatureNetworkCard, samples: FeatureNetworkCard): void {
  for (const key of ["name", "sha256", "resize"] as const) {
    if (reference[key] === samples[key]) continue;
    throw new InvalidArgumentError({
      argument: "samples",
      received: `features with the ${key} ${samples[key]}`,
      expected: `${reference[key]}, as the reference's`,
      hint: "Features compare only where one network made both in one way.",
    });
  }
}

/** Below this many pictures the literature does not report a Fréchet distance. */
const customaryCount = 10_000;

function notesOn(reference: PictureFeatures, samples: PictureFeatures): string[] {
  const smaller = Math.min(reference.set.count, samples.set.count);
  const { dimensions, name } = samples.network;
  const notes: string[] = [];
  if (smaller <= dimensions)
    notes.push(
      `There are ${smaller} pictures in the smaller set and ${dimensions} feature dimensions: its covariance is singular. The Fréchet distance is computed all the same, without regularisation, and is far too high; the kernel distance is not affected.`,
    );
  if (smaller < customaryCount)
    notes.push(
      `The Fréchet distance grows as samples become fewer, about as 1/N: with ${reference.set.count} and ${samples.set.count} pictures it compares only with results of the same numbers. The kernel distance has no such bias. Precision and recall depend on both numbers too.`,
    );
  if (!name.startsWith("inception"))
    notes.push(
      `The features are not Inception's (${name}): the Fréchet distance is no FID of the literature, and compares only within this network.`,
    );
  if (samples.probabilities && !name.startsWith("inception"))
    notes.push(
      "The Inception score is that of a zero-shot classifier: CLIP's similarities to the classes' texts, as probabilities.",
    );
  return notes;
}
