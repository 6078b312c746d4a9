import type { FeatureNetworkCard } from "../features/feature-network.ts";

/** One of two sets of pictures that were compared. */
export interface PictureSetCard {
  /** What it was called: a folder, a file, the settings that made it. */
  readonly name: string;
  readonly count: number;
  /** SHA-256 of all pixels with their sizes, in order. */
  readonly sha256: string;
}

/**
 * Everything that numbers depend on beside the pictures: two results compare only where their cards
 * agree in it.
 */
export interface MetricCard {
  readonly features: FeatureNetworkCard;
  readonly reference: PictureSetCard;
  readonly samples: PictureSetCard;
  /**
   * Of what is drawn while measuring: subsets of the kernel distance, wrong captions of
   * R-precision.
   */
  readonly seed: number;
  /** Neighbours k of precision and recall, and of density and coverage. */
  readonly neighbours: { readonly manifold: number; readonly density: number };
  /**
   * What a reader has to know before comparing, in whole sentences: few samples, a singular
   * covariance.
   */
  readonly notes: readonly string[];
}

/** What was measured; what the features or the captions did not allow is left out. */
export interface Metrics {
  /**
   * Fréchet distance of the pooled features: FID where the network is Inception. The smaller, the
   * better.
   */
  readonly fid: number;
  /** The same of the spatial features. */
  readonly sfid?: number;
  /**
   * Kernel distance: its mean over subsets, and the deviation between them. The smaller, the
   * better.
   */
  readonly kid: { readonly mean: number; readonly deviation: number };
  /** From 1 to the number of classes. */
  readonly inceptionScore?: number;
  /** 0 to 1. */
  readonly precision: number;
  /** 0 to 1. */
  readonly recall: number;
  readonly density: number;
  /** 0 to 1. */
  readonly coverage: number;
  /** Logit scale times the mean cosine between pictures and captions. */
  readonly clipScore?: number;
  readonly rPrecision?: {
    readonly precision: number;
    readonly distractors: number;
    readonly chance: number;
  };
  /** Mean distance between two samples' features. */
  readonly diversity: number;
}

export interface MeasuredSet {
  readonly metrics: Metrics;
  readonly card: MetricCard;
}
