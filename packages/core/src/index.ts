export * from "./backend/index.ts";
export * from "./controllers/index.ts";
export * from "./diffusion/index.ts";
export {
  assertPositiveInteger,
  DisposedError,
  display,
  GlissadeError,
  InvalidArgumentError,
  UnknownNameError,
} from "./errors.ts";
export * from "./graph/index.ts";
export * from "./guidance/index.ts";
export * from "./image/index.ts";
export * from "./model-cache/index.ts";
export * from "./networks/index.ts";
export * from "./picture-record/index.ts";
export * from "./pipelines/index.ts";
export * from "./random/index.ts";
export { roundHalfEven } from "./rounding.ts";
export * from "./samplers/index.ts";
export {
  type AnyTensor,
  assertSameDims,
  bytesPerElement,
  concatRows,
  type DataType,
  mapTensor,
  rows,
  sizeOf,
  type Tensor,
  type TensorData,
  tensor,
  typedTensor,
  weightedSum,
} from "./tensor.ts";
export * from "./text/index.ts";
export * from "./weights/index.ts";
