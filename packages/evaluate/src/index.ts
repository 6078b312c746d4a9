export { ClipNetwork, type OpenClipOptions, openClipNetwork } from "./features/clip-network.ts";
export type { FeatureBatch, FeatureNetwork, FeatureNetworkCard, FeatureOptions } from "./features/feature-network.ts";
export { type PictureFeatures, type ReadFeaturesOptions, readFeatures } from "./features/picture-features.ts";
export { type CaptionedPictures, type MeasureOptions, measure } from "./measure.ts";
export * from "./metrics/index.ts";
export * from "./samples/index.ts";
export * from "./sweep/index.ts";
