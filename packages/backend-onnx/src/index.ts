export {
  DeviceLostError,
  ExecutionError,
  GraphCompileError,
  ProviderUnavailableError,
  RuntimeMissingError,
} from "@glissade/graph";
export { DeviceLimitError, EmptyOutputError } from "./errors.ts";
export { type OnnxBackend, onnx } from "./onnx-backend.ts";
export { type OnnxModelFile, toOnnxModel } from "./onnx-model.ts";
export type { OnnxOptions } from "./options.ts";
export {
  type ExecutionProvider,
  executionProviders,
  type ProviderChoice,
} from "./provider-choice.ts";
