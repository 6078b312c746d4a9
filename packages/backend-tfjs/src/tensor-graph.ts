import {
  type AnyTensor,
  boundDims,
  type CompiledGraph,
  type Graph,
  type InTurn,
  type SymbolicLengths,
} from "@glissade/graph";
import { platform } from "#platform";
import type { OnProvider } from "./active-backend.ts";
import type { Plan } from "./layout-plan.ts";
import { assertRowsExist, type RowIndices, rowIndicesOf } from "./row-indices.ts";
import { countReads, RemainingReads, runSteps } from "./run-steps.ts";
import { TensorStore } from "./tensor-store.ts";
import type { BackendTraits, TensorFlow } from "./tensorflow.ts";
import { download, upload } from "./transfer.ts";

export interface TensorGraphParts {
  readonly graph: Graph;
  readonly plan: Plan;
  readonly weights: TensorStore;
  readonly tf: TensorFlow;
  readonly traits: BackendTraits;
  readonly copyWeights: boolean;
  readonly onProvider: OnProvider;
  readonly inTurn: InTurn;
}

/**
 * After so many milliseconds of computing the thread is free for a moment: for an abort, for a
 * page's input.
 */
const sliceMilliseconds = 30;

/** A graph with its weights in TensorFlow.js's memory. */
export class TensorGraph implements CompiledGraph {
  readonly #parts: TensorGraphParts;
  readonly #rowIndices: readonly RowIndices[];
  readonly #reads: ReadonlyMap<string, number>;

  constructor(parts: TensorGraphParts) {
    this.#parts = parts;
    this.#rowIndices = rowIndicesOf(parts.graph);
    this.#reads = countReads(
      parts.plan.steps,
      parts.plan.outputs.map(({ value }) => value),
    );
  }

  async run(
    inputs: Readonly<Record<string, AnyTensor>>,
    lengths: SymbolicLengths,
    signal: AbortSignal | undefined,
  ): Promise<Record<string, AnyTensor>> {
    assertRowsExist(this.#rowIndices, inputs, lengths);
    return this.#parts.inTurn(() => this.#compute(inputs, lengths, signal));
  }

  release(): void {
    this.#parts.weights.dispose();
  }

  async #compute(
    inputs: Readonly<Record<string, AnyTensor>>,
    lengths: SymbolicLengths,
    signal: AbortSignal | undefined,
  ): Promise<Record<string, AnyTensor>> {
    const { graph, plan, weights, tf, traits, copyWeights, onProvider } = this.#parts;
    signal?.throwIfAborted();
    const store = new TensorStore(weights);
    try {
      onProvider(() => {
        for (const { name } of graph.inputs)
          if (inputs[name]) store.set(name, upload(tf, inputs[name], `inputs.${name}`));
      });
      const reads = new RemainingReads(this.#reads);
      const steps = runSteps(plan.steps, reads, store, { tf, traits, lengths, copyWeights });
      while (!onProvider(() => advance(steps))) {
        await platform.otherTasks();
        signal?.throwIfAborted();
      }
      const outputs: Record<string, AnyTensor> = {};
      for (const { name, value, dtype, dims } of plan.outputs)
        outputs[name] = await download(store.get(value), dtype, boundDims(dims, lengths));
      signal?.throwIfAborted();
      return outputs;
    } finally {
      store.dispose();
    }
  }
}

/** Runs steps for a slice of time; true where they are through. */
function advance(steps: Generator<void, void, void>): boolean {
  const begin = performance.now();
  while (performance.now() - begin < sliceMilliseconds) if (steps.next().done) return true;
  return false;
}
