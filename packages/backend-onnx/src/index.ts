export { ExecutionError, GraphCompileError, type ProviderFailure, ProviderUnavailableError } from "./errors.ts";
export { type OnnxBackend, onnx } from "./onnx-backend.ts";
export { type OnnxModelFile, toOnnxModel } from "./onnx-model.ts";
export type { OnnxOptions } from "./options.ts";
export { type ExecutionProvider, executionProviders, type ProviderChoice } from "./providers.ts";
export { RuntimeMissingError } from "./runtime.ts";
