export type { FeatureBatch, FeatureNetwork, FeatureNetworkCard, FeatureOptions } from "./features/feature-network.ts";
