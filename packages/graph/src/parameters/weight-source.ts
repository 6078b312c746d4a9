import type { DataType } from "../tensor.ts";

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
