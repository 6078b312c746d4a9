import { boundDims, GraphCompileError, type SymbolicLengths } from "@glissade/graph";
import { type KernelCall, kernels } from "./kernels.ts";
import type { PlanStep } from "./layout-plan.ts";
import type { TensorStore } from "./tensor-store.ts";
import type { BackendTraits, TensorFlow, TfTensor } from "./tensorflow.ts";

export interface StepSettings {
  readonly tf: TensorFlow;
  readonly traits: BackendTraits;
  readonly lengths: SymbolicLengths;
  /**
   * Kernels get copies of weights, which live no longer than they run: what a kernel keeps with its
   * weight is freed then.
   */
  readonly copyWeights: boolean;
}

/**
 * Runs steps one by one and pauses after each, so that whoever drives it can stop between two. A
 * value is freed once it is read for the last time, and what a kernel makes on its way is gone when
 * it returns: the store holds what is still needed and nothing else.
 */
export function* runSteps(
  steps: readonly PlanStep[],
  reads: RemainingReads,
  store: TensorStore,
  settings: StepSettings,
): Generator<void, void, void> {
  for (const step of steps) {
    runStep(step, reads, store, settings);
    yield;
  }
}

export function runStep(
  step: PlanStep,
  reads: RemainingReads,
  store: TensorStore,
  settings: StepSettings,
): void {
  const { tf, copyWeights } = settings;
  const tensorOf = (name: string) =>
    copyWeights && !store.owns(name) ? tf.clone(store.get(name)) : store.get(name);
  store.set(step.output, tf.keep(tf.tidy(() => applyKernel(step, tensorOf, settings))));
  for (const name of reads.afterStep(step)) store.free(name);
}

/** One step's result. */
export function applyKernel(
  step: PlanStep,
  tensorOf: (name: string) => TfTensor,
  { tf, traits, lengths }: Omit<StepSettings, "copyWeights">,
): TfTensor {
  const inputs = step.inputs.map(tensorOf);
  const input = (index: number) => {
    const found = inputs[index];
    if (!found)
      throw new GraphCompileError(`The operation ${step.operation} has no input ${index}.`);
    return found;
  };
  // The kernel found by a step's operation takes that operation's attributes, which TypeScript
  // cannot follow through a lookup by a union of names.
  const kernel = kernels[step.operation] as (
    call: Omit<KernelCall<"add">, "attributes"> & Pick<PlanStep, "attributes">,
  ) => TfTensor;
  return kernel({
    tf,
    traits,
    inputs,
    input,
    attributes: step.attributes,
    dims: boundDims(step.dims, lengths),
  });
}

/** How often every value is read, by steps and, where it is kept, after the last of them. */
export function countReads(
  steps: readonly PlanStep[],
  kept: Iterable<string>,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of [...steps.flatMap(({ inputs }) => inputs), ...kept])
    counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** How often every value will still be read. */
export class RemainingReads {
  readonly #counts: Map<string, number>;

  constructor(counts: ReadonlyMap<string, number>) {
    this.#counts = new Map(counts);
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /**
   * Counts a step's reads, and tells what nobody will read any more: among its inputs and its
   * output.
   */
  afterStep({ inputs, output }: PlanStep): string[] {
    for (const name of inputs) this.#counts.set(name, this.of(name) - 1);
    return [...new Set([...inputs, output])].filter((name) => this.of(name) === 0);
  }
}
