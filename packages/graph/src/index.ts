export {
  type Backend,
  backendSpecificationVersion,
  type CompileOptions,
  type Executable,
  type ProviderFailure,
  type RunOptions,
} from "./backend/backend.ts";
export {
  BackendVersionError,
  DeviceLostError,
  ExecutionError,
  GraphCompileError,
  ProviderUnavailableError,
  RuntimeMissingError,
  reasonOf,
} from "./backend/backend-errors.ts";
export {
  type BackendParts,
  type CompiledBackend,
  type CompiledGraph,
  compiledBackend,
  type OpenedRuntime,
} from "./backend/compiled-backend.ts";
export { type InTurn, queue } from "./backend/in-turn.ts";
export { type Interpreter, interpreter } from "./backend/interpreter.ts";
export {
  checkProviders,
  openFirstProvider,
  type ProviderOpening,
} from "./backend/open-provider.ts";
export { bindInputs, boundDims, type SymbolicLengths } from "./backend/run-inputs.ts";
export {
  assertPositiveInteger,
  DisposedError,
  display,
  errorCodes,
  GlissadeError,
  InvalidArgumentError,
  UnknownNameError,
  withErrorCodes,
} from "./errors.ts";
export { assertFinite, assertFloat32, NumericalError } from "./float32.ts";
export { GraphBuilder, type Operand, parameterCount, type Value } from "./graph/builder.ts";
export { type EvaluateInputs, evaluateGraph } from "./graph/evaluate.ts";
export { countFlops } from "./graph/flops.ts";
export { type GradientOptions, gradient } from "./graph/gradient.ts";
export type { Dim, Graph, GraphNode, GraphParameter, ValueType } from "./graph/graph.ts";
export type { OperationAttributes, OperationName } from "./graph/operations/attributes.ts";
export { GraphError, knownLength } from "./graph/operations/operation.ts";
export { parametersAsInputs } from "./graph/rewrites/parameters-as-inputs.ts";
export { subPixelConvolutions } from "./graph/rewrites/sub-pixel-convolution.ts";
export { winogradConvolutions } from "./graph/rewrites/winograd-convolution.ts";
export { simplify } from "./graph/simplify.ts";
export { computedWeights } from "./parameters/computed-weights.ts";
export {
  bfloat16ToFloat32,
  float16ToFloat32,
  float32ToBfloat16,
  float32ToFloat16,
} from "./parameters/half-precision.ts";
export { joinWeights } from "./parameters/join-weights.ts";
export { describeParameter } from "./parameters/parameter-weights.ts";
export {
  byteLength,
  bytesOfTensor,
  describeOrThrow,
  flatTensor,
  partsOf,
  readAllTensors,
  readTensor,
  tensorFromBytes,
  toFloat32,
} from "./parameters/tensor-bytes.ts";
export type { WeightSource } from "./parameters/weight-source.ts";
export { WeightsError } from "./parameters/weights-error.ts";
export { weightsFromTensors } from "./parameters/weights-from-tensors.ts";
export { roundHalfEven } from "./rounding.ts";
export {
  type AnyTensor,
  addWeighted,
  assertSameDims,
  bytesPerElement,
  concatRows,
  type DataType,
  mapTensor,
  perRow,
  repeatRows,
  rows,
  sizeOf,
  type Tensor,
  type TensorData,
  tensor,
  typedTensor,
  weightedSum,
} from "./tensor.ts";
