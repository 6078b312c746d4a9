export type { ComponentName } from "./component.ts";
export type { NoiseSchedule, PredictedQuantity, TrainedNetwork } from "./trained-network.ts";
export { widenInput } from "./widen-input.ts";
