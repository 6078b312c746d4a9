export type { FeatureBatch, FeatureNetwork, FeatureNetworkCard, FeatureOptions } from "./features/feature-network.ts";
export { type InceptionFeaturesOptions, openInceptionFeatures } from "./features/inception-features.ts";
export { type InceptionVariant, inceptionGraph } from "./features/inception-graph.ts";
export { inceptionInput } from "./features/inception-input.ts";
export { foldedInceptionWeights } from "./features/inception-weights.ts";
export { type ResizeMode, resizeLevels, resizeModes } from "./features/resize-modes.ts";
