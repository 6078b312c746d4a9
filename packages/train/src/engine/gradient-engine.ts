import type { AnyTensor } from "@glissade/core";
import type { Graph } from "@glissade/graph";
import type { AdamWUpdate, ParameterStore } from "../optimisers/index.ts";

/** A graph's inputs by name, parameters left out. */
export type GraphInputs = Readonly<Record<string, AnyTensor>>;

/** What a training step differentiates. */
export interface LossGraph {
  /**
   * With parameters as parameters. Its output `loss`, a scalar, is differentiated; the other
   * outputs are given back.
   */
  readonly graph: Graph;
  readonly parameters: ParameterStore;
}

export interface Gradients {
  /** The L2 norm of the gradient of all parameters together. */
  readonly norm: number;
  /** The graph's other outputs, for each part. */
  readonly outputs: readonly GraphInputs[];
}

/** Computes gradients of a loss at the current values of its parameters, and changes these. */
export interface GradientEngine {
  /**
   * The mean of the gradients over parts of a batch: what one large batch would give. Each part is
   * an input of the graph, whose batch is fixed.
   *
   * @param into an array of the parameters' layout, which is overwritten
   */
  gradients(
    parts: readonly GraphInputs[],
    into: Float32Array,
    options?: { readonly signal?: AbortSignal },
  ): Promise<Gradients>;
  /** Carries out a step of the optimiser. */
  update(step: AdamWUpdate): Promise<void>;
  /** Parts that are computed side by side. */
  readonly width: number;
  dispose(): Promise<void>;
}
