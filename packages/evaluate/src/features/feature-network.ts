import type { RgbImage, Tensor } from "@glissade/core";

/** What a network sees in images: one row each, in their order. */
export interface FeatureBatch {
  /** `[N, dimensions]`. */
  readonly pooled: Tensor;
  /** `[N, spatialDimensions]`: features that still know where in the image they lie, for sFID. */
  readonly spatial?: Tensor;
  /** `[N, classes]`, each row summing to 1, for the Inception score. */
  readonly probabilities?: Tensor;
}

/**
 * Which network measured, for the metric card: two numbers compare only where all of it is equal.
 */
export interface FeatureNetworkCard {
  /** E.g. `"inception-v3-fid"`. */
  readonly name: string;
  /** SHA-256 of the weights, in hex. */
  readonly sha256: string;
  /** How images of another size are brought to the network's, e.g. `"clean"`. */
  readonly resize: string;
  readonly dimensions: number;
  readonly spatialDimensions?: number;
  readonly classes?: number;
}

export interface FeatureOptions {
  /** Heard between two batches. */
  readonly signal?: AbortSignal;
}

/**
 * A network whose features of images are compared. Opened by `openClipFeatures` and
 * `openInceptionFeatures`.
 */
export interface FeatureNetwork {
  readonly card: FeatureNetworkCard;
  /**
   * The features of images of any sizes. The same image has the same features in every batch,
   * up to the rounding of float32.
   *
   * @throws InvalidArgumentError where there is no image, NumericalError where a feature is not
   * finite; the signal's reason where aborted
   */
  of(images: readonly RgbImage[], options?: FeatureOptions): Promise<FeatureBatch>;
  /** Frees the network; the backend stays the caller's. Safe to call twice. */
  dispose(): Promise<void>;
}
