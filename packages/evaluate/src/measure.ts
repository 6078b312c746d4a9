import { InvalidArgumentError } from "@glissade/core";
import type { FeatureNetworkCard } from "./features/feature-network.ts";
import type { ImageFeatures } from "./features/image-features.ts";
import type { Gaussian } from "./formulas/feature-moments.ts";
import { manifoldMetrics } from "./formulas/precision-recall.ts";
import { fid } from "./metrics/fid.ts";
import {
  type CaptionedImages,
  isInception,
  type Metric,
  type MetricInputs,
  type MetricOptions,
} from "./metrics/metric.ts";
import type { MeasuredSet, MetricCard } from "./metrics/metric-card.ts";
import { type Metrics, metricRegistry } from "./metrics/metric-registry.ts";
import { sfid } from "./metrics/sfid.ts";

export interface MeasureOptions {
  /** Without it there is no CLIP score and no R-precision. */
  readonly captioned?: CaptionedImages;
  /** Of what is drawn at random while measuring. Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

const neighbours = { manifold: 3, density: 5 } as const;

/**
 * All metrics of a set of images against a reference, with everything that they depend on.
 *
 * @throws InvalidArgumentError where the features come from two networks, are not finite, or are of
 * 5 images or fewer; the signal's reason where aborted
 * @example `const { metrics, card } = await measure(reference, samples);`
 */
export async function measure(
  reference: ImageFeatures,
  samples: ImageFeatures,
  options: MeasureOptions = {},
): Promise<MeasuredSet> {
  assertOneNetwork(reference.network, samples.network);
  const { captioned, seed = 0, signal } = options;
  // Before all metrics: this checks the features.
  const manifolds = await manifoldMetrics(reference.pooled, samples.pooled, {
    neighbours: neighbours.manifold,
    densityNeighbours: neighbours.density,
    ...(signal && { signal }),
  });
  const inputs: AvailableInputs = {
    ...distanceInputs(reference, samples),
    pooled: { reference: reference.pooled, samples: samples.pooled },
    manifolds,
    probabilities: samples.probabilities,
    captioned,
  };
  const values = await measured(metricRegistry, inputs, { seed, signal });
  // What `distanceInputs`, the pooled features and the manifolds allow is there: every metric
  // without `?`.
  return { metrics: values as unknown as Metrics, card: cardOf(reference, samples, seed) };
}

/** What the two sets and the captions allow. */
type AvailableInputs = {
  readonly [Input in keyof MetricInputs]?: MetricInputs[Input] | undefined;
};

/** The values of all metrics whose inputs are there. */
async function measured(
  metrics: readonly Metric[],
  inputs: AvailableInputs,
  options: MetricOptions,
): Promise<Readonly<Record<string, unknown>>> {
  const values: Record<string, unknown> = {};
  for (const metric of metrics) {
    if (!metric.needs.every((input) => inputs[input] !== undefined)) continue;
    // what the metric reads is there: that is checked one line above
    values[metric.key] = await metric.measure(inputs as MetricInputs, options);
  }
  return values;
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
 * @throws InvalidArgumentError where the features come from two networks, or of a single image
 */
export function measureDistance(
  reference: ImageFeatures,
  samples: ImageFeatures,
  { seed = 0 }: Pick<MeasureOptions, "seed"> = {},
): MeasuredDistance {
  assertOneNetwork(reference.network, samples.network);
  const { gaussians, spatial } = distanceInputs(reference, samples);
  return {
    metrics: {
      fid: fid.measure({ gaussians }),
      ...(spatial && { sfid: sfid.measure({ spatial }) }),
    },
    card: cardOf(reference, samples, seed),
  };
}

function distanceInputs(
  reference: ImageFeatures,
  samples: ImageFeatures,
): Pick<MetricInputs, "gaussians"> & Pick<AvailableInputs, "spatial"> {
  return {
    gaussians: { reference: gaussianOf(reference), samples: gaussianOf(samples) },
    spatial: reference.spatial &&
      samples.spatial && { reference: reference.spatial, samples: samples.spatial },
  };
}

function cardOf(reference: ImageFeatures, samples: ImageFeatures, seed: number): MetricCard {
  return {
    features: samples.network,
    reference: reference.set,
    samples: samples.set,
    seed,
    neighbours,
    notes: notesOn(reference, samples),
  };
}

function gaussianOf({ gaussian, set }: ImageFeatures): Gaussian {
  if (gaussian) return gaussian;
  throw new InvalidArgumentError({
    argument: set.name,
    received: `${set.count} image`,
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

/** Below this many images the literature does not report a Fréchet distance. */
const customaryCount = 10_000;

function notesOn(reference: ImageFeatures, samples: ImageFeatures): string[] {
  const smaller = Math.min(reference.set.count, samples.set.count);
  const { dimensions, name } = samples.network;
  const notes: string[] = [];
  if (smaller <= dimensions)
    notes.push(
      `There are ${smaller} images in the smaller set and ${dimensions} feature dimensions: ` +
        "its covariance is singular. The Fréchet distance is computed all the same, without " +
        "regularisation, and is far too high; the kernel distance is not affected.",
    );
  if (smaller < customaryCount)
    notes.push(
      "The Fréchet distance grows as samples become fewer, about as 1/N: with " +
        `${reference.set.count} and ${samples.set.count} images it compares only with results ` +
        "of the same numbers. The kernel distance has no such bias. Precision and recall depend " +
        "on both numbers too.",
    );
  if (!isInception(samples.network))
    notes.push(
      `The features are not Inception's (${name}): the Fréchet distance is no FID of the ` +
        "literature, and compares only within this network.",
    );
  if (samples.probabilities && !isInception(samples.network))
    notes.push(
      "The Inception score is that of a zero-shot classifier: CLIP's similarities to the " +
        "classes' texts, as probabilities.",
    );
  return notes;
}
