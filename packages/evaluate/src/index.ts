export { ClipNetwork, type OpenClipOptions, openClipNetwork } from "./features/clip-network.ts";
export type {
  FeatureBatch,
  FeatureNetwork,
  FeatureNetworkCard,
  FeatureOptions,
} from "./features/feature-network.ts";
export {
  type ImageFeatures,
  type ImageSetCard,
  type ReadFeaturesOptions,
  readFeatures,
} from "./features/image-features.ts";
export {
  type InceptionFeaturesOptions,
  openInceptionFeatures,
} from "./features/inception-features.ts";
export { type InceptionVariant, inceptionGraph } from "./features/inception-graph.ts";
export { inceptionInput } from "./features/inception-input.ts";
export { foldedInceptionWeights } from "./features/inception-weights.ts";
export { type ResizeMode, resizeLevels, resizeModes } from "./features/resize-modes.ts";
export * from "./formulas/index.ts";
export {
  type MeasuredDistance,
  type MeasureOptions,
  measure,
  measureDistance,
} from "./measure.ts";
export * from "./metrics/index.ts";
export * from "./report/index.ts";
export * from "./samples/index.ts";
export * from "./sweep/index.ts";
