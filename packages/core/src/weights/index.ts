export type { ByteSink, ByteSource, WeightFile } from "./byte-source.ts";
export type { ModelLoadWarning } from "./cache-slot.ts";
export { computedWeights } from "./computed-weights.ts";
export { type ConvertWeightsOptions, convertWeights, type WeightType } from "./convert-weights.ts";
export {
  bfloat16ToFloat32,
  float16ToFloat32,
  float32ToBfloat16,
  float32ToFloat16,
} from "./half-precision.ts";
export { joinWeights } from "./join-weights.ts";
export type { FileProgress, ModelLoadProgress } from "./load-progress.ts";
export { ModelFileError, ModelFileMismatchError, ModelNotFoundError } from "./model-file-errors.ts";
export {
  type ModelFiles,
  type OpenModelFilesOptions,
  openModelFiles,
  type ReadModelFileOptions,
} from "./model-files.ts";
export type { ListedModelFile, ModelFileList, ModelSource } from "./model-source.ts";
export { openWeights } from "./open-weights.ts";
export { describeParameter } from "./parameter-weights.ts";
export { openCheckpoint, readCheckpoint } from "./pytorch-checkpoint.ts";
export { openSafetensors, readSafetensors, type SafetensorsSource } from "./safetensors.ts";
export {
  byteLength,
  bytesOfTensor,
  readAllTensors,
  readTensor,
  tensorFromBytes,
  toFloat32,
} from "./tensor-bytes.ts";
export { WeightsError } from "./weights-error.ts";
export { weightsFromTensors } from "./weights-from-tensors.ts";
export {
  encodeSafetensors,
  type WritableWeights,
  type WriteSafetensorsOptions,
  writeSafetensors,
} from "./write-safetensors.ts";
