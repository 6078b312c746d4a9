export type { FeatureBatch, FeatureNetwork, FeatureNetworkCard, FeatureOptions } from "./features/feature-network.ts";
export * from "./metrics/index.ts";
export * from "./report/index.ts";
