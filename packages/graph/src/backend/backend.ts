import type { Graph } from "../graph/graph.ts";
import type { WeightSource } from "../parameters/weight-source.ts";
import type { AnyTensor } from "../tensor.ts";

export interface CompileOptions {
  /** A name for error messages and profiles, e.g. `"base U-Net"`. */
  readonly name?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Why an execution provider was passed over. */
export interface ProviderFailure {
  readonly provider: string;
  /** The runtime's words, on one line and without a full stop. */
  readonly reason: string;
  /** How to get the provider, where something can be said. */
  readonly advice: string | undefined;
}

/** The version of this contract. A backend of another version is refused when it is given. */
export const backendSpecificationVersion = "v1";

/** Something that executes graphs: ONNX Runtime, TensorFlow.js. */
export interface Backend {
  /** The version of this contract that the backend follows. */
  readonly specificationVersion: typeof backendSpecificationVersion;
  /** `"onnx"`, `"tfjs"`. */
  readonly name: string;
  /**
   * The execution provider really in use (`"cpu"`, `"cuda"`, `"webgpu"`, ...); undefined until the
   * first graph is compiled.
   */
  readonly provider: string | undefined;
  /** The providers that were asked for before it and could not be opened, with the reasons. */
  readonly fallbacks?: readonly ProviderFailure[];
  /**
   * Prepares a graph for running. The weights are read here; `weights` may be disposed afterwards.
   *
   * @throws WeightsError where a parameter is missing or has another shape.
   */
  compile(graph: Graph, weights: WeightSource, options?: CompileOptions): Promise<Executable>;
  /** Frees everything that this backend opened. Safe to call twice. */
  dispose(): Promise<void>;
}

export interface RunOptions {
  /**
   * Checked before the run; a native run that has begun cannot be interrupted and is at most one
   * network pass.
   */
  readonly signal?: AbortSignal | undefined;
}

/** A compiled graph. */
export interface Executable {
  /** @throws InvalidArgumentError where an input is missing or has the wrong type or shape. */
  run(
    inputs: Readonly<Record<string, AnyTensor>>,
    options?: RunOptions,
  ): Promise<Record<string, AnyTensor>>;
  /** Safe to call twice. */
  dispose(): Promise<void>;
}
