import type { AnyTensor, Graph } from "@glissade/core";
import type { ParameterStore } from "../optimisers/index.ts";

/** A graph's inputs by name, parameters left out. */
export type GraphInputs = Readonly<Record<string, AnyTensor>>;

/** What a training step differentiates. */
export interface LossGraph {
  /** With parameters as parameters. Its output `loss`, a scalar, is differentiated; the other outputs are given back. */
  readonly graph: Graph;
  readonly parameters: ParameterStore;
}

/** Computes gradients of a loss at the current values of its parameters. */
export interface GradientEngine {
  /**
   * The mean of the gradients over parts of a batch: what one large batch would give. Each part is an input of the graph, whose batch is fixed.
   *
   * @param into an array of the parameters' layout, which is overwritten
   * @returns the graph's other outputs, for each part
   */
  gradients(parts: readonly GraphInputs[], into: Float32Array, options?: { readonly signal?: AbortSignal }): Promise<readonly GraphInputs[]>;
  /** Parts that are computed side by side. */
  readonly width: number;
  dispose(): Promise<void>;
}
