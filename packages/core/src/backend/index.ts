export type {
  Backend,
  CompileOptions,
  Executable,
  ProviderFailure,
  RunOptions,
  WeightSource,
} from "./backend.ts";
export {
  DeviceLostError,
  ExecutionError,
  GraphCompileError,
  ProviderUnavailableError,
  RuntimeMissingError,
  reasonOf,
} from "./backend-errors.ts";
export { type InTurn, queue } from "./in-turn.ts";
export { checkProviders, openFirstProvider, type ProviderOpening } from "./open-provider.ts";
export { bindInputs, boundDims, type SymbolicLengths } from "./run-inputs.ts";
