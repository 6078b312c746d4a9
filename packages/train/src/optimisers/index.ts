export { AdamW, type AdamWOptions, type AdamWStep, matricesOnly } from "./adamw.ts";
export { type AdamWUpdate, applyAdamW, type DecayRun } from "./adamw-update.ts";
export { clipScale, globalNorm } from "./gradient-norm.ts";
export {
  constantRate,
  cosineRate,
  type DecayingRateOptions,
  type LearningRate,
  linearRate,
} from "./learning-rate.ts";
export { MovingAverage, type MovingAverageOptions } from "./moving-average.ts";
export { type ParameterSlot, ParameterStore, type ParameterStoreOptions } from "./parameters.ts";
