export type { WeightFile } from "../bytes/byte-source.ts";
export {
  type ConvertWeightsOptions,
  convertWeights,
  type WeightType,
} from "./convert-weights.ts";
export { openWeights } from "./open-weights.ts";
export { openCheckpoint, readCheckpoint } from "./pytorch-checkpoint.ts";
export { openSafetensors, readSafetensors, type SafetensorsSource } from "./safetensors.ts";
export {
  encodeSafetensors,
  type WritableWeights,
  type WriteSafetensorsOptions,
  writeSafetensors,
} from "./write-safetensors.ts";
