import type { Graph } from "../graph/graph.ts";
import type { AnyTensor, DataType } from "../tensor.ts";

/**
 * Weights by name, wherever they lie. Made by `openSafetensors`, `openCheckpoint` or
 * `weightsFromTensors`.
 */
export interface WeightSource {
  readonly names: readonly string[];
  /** Type and shape; undefined where there is no such weight. */
  describe(
    name: string,
  ): { readonly dtype: DataType; readonly dims: readonly number[] } | undefined;
  /**
   * Where the raw little-endian bytes lie in a local file, so that a native runtime can map them
   * without a copy; undefined where they do not.
   */
  locate(
    name: string,
  ): { readonly path: string; readonly offset: number; readonly length: number } | undefined;
  /** The raw little-endian bytes. @throws WeightsError where there is no such weight. */
  read(name: string): Promise<Uint8Array>;
  /**
   * The same in parts of whole elements, one after the other, for whoever does not need them
   * together. A source without it is read whole.
   */
  stream?(name: string): AsyncIterable<Uint8Array>;
  dispose(): Promise<void>;
}

export interface CompileOptions {
  /** A name for error messages and profiles, e.g. `"base U-Net"`. */
  readonly name?: string;
  readonly signal?: AbortSignal;
}

/** Why an execution provider was passed over. */
export interface ProviderFailure {
  readonly provider: string;
  /** The runtime's words, on one line and without a full stop. */
  readonly reason: string;
  /** How to get the provider, where something can be said. */
  readonly advice: string | undefined;
}

/** Something that executes graphs: ONNX Runtime, TensorFlow.js. */
export interface Backend {
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
  readonly signal?: AbortSignal;
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
