import type { FeatureNetworkCard } from "../features/feature-network.ts";
import type { ImageSetCard } from "../features/image-features.ts";
import type { Metrics } from "./metric-registry.ts";

/**
 * Everything that numbers depend on beside the images: two results compare only where their cards
 * agree in it.
 */
export interface MetricCard {
  readonly features: FeatureNetworkCard;
  readonly reference: ImageSetCard;
  readonly samples: ImageSetCard;
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

export interface MeasuredSet {
  readonly metrics: Metrics;
  readonly card: MetricCard;
}
