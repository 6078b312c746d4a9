import type { Tensor } from "@glissade/core";
import type { FeatureNetworkCard } from "../features/feature-network.ts";
import type { Gaussian } from "../formulas/feature-moments.ts";
import type { ManifoldMetrics } from "../formulas/precision-recall.ts";

/** The same data of both sets. */
export interface OfBothSets<Value> {
  readonly reference: Value;
  readonly samples: Value;
}

/** How well images fit the captions that they were made from, in the embeddings of one CLIP. */
export interface CaptionedImages {
  /** `[N, E]`, of length 1. */
  readonly images: Tensor;
  /** `[N, E]`, row i belonging to image i. */
  readonly texts: Tensor;
  readonly captions: readonly string[];
  readonly logitScale: number;
}

/** The data that metrics are measured from. */
export interface MetricInputs {
  /** Features, `[N, D]`. */
  readonly pooled: OfBothSets<Tensor>;
  /** Normal distributions fitted to the pooled features. */
  readonly gaussians: OfBothSets<Gaussian>;
  /** How the sets lie in each other: computed once, read by four metrics. */
  readonly manifolds: ManifoldMetrics;
  /** Normal distributions fitted to the spatial features, if the network has any. */
  readonly spatial: OfBothSets<Gaussian>;
  /** Class probabilities of the samples, `[N, classes]`, if the network has classes. */
  readonly probabilities: Tensor;
  /** If the samples' captions are known. */
  readonly captioned: CaptionedImages;
}

export type MetricInput = keyof MetricInputs;

/** How a metric is measured. */
export interface MetricOptions {
  /** Of random draws. */
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One number, or one record of numbers, that compares two sets of images. Everything that a table,
 * a plot, a CSV file or the command line needs to know of it is here.
 *
 * `Value` and `Input` default to what holds for every metric of the registry. Functions are
 * declared as methods, so that a metric of one value fits into a list of all of them: it is only
 * ever given the value stored under its own key.
 */
export interface Metric<Value = unknown, Input extends MetricInput = MetricInput> {
  /** Its field in `results.json`. */
  readonly key: string;
  /** Its one name everywhere; some metrics have another name if the network is Inception. */
  readonly title: string | ((isInception: boolean) => string);
  readonly better: "higher" | "lower";
  /** Without one of these the metric is left out. */
  readonly needs: readonly Input[];
  measure(inputs: Pick<MetricInputs, Input>, options: MetricOptions): Value | Promise<Value>;
  /** CLIP judges: images made by CLIP guidance have learned to please it, and are not ranked. */
  readonly isByClip?: boolean;
  /** Columns of the CSV file. Default: the key in snake case. */
  readonly columns?: readonly string[];
  /** The numbers of these columns; the first one ranks. Default: the value itself. */
  numbers?(value: Value): readonly number[];
  /** Significant digits in tables. Default: 4. */
  readonly digits?: number;
  /** The number in parentheses in the table, named in the column's title. */
  readonly beside?: string;
  /** The text of a table's cell. Default: the first number, rounded to `digits`. */
  cell?(value: Value): string;
  /** The text of a line, unrounded. Default: the first number. */
  line?(value: Value): string;
}

/** A metric's name for the features of this network. */
export function metricTitle({ title }: Metric, network: FeatureNetworkCard): string {
  return typeof title === "string" ? title : title(isInception(network));
}

/** "FID" and "KID" are names of Inception's features alone. */
export function isInception({ name }: Pick<FeatureNetworkCard, "name">): boolean {
  return name.startsWith("inception");
}
