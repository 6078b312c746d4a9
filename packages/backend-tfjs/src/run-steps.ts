import { boundDims, GraphCompileError, type SymbolicLengths } from "@glissade/core";
import { type KernelCall, kernels } from "./kernels.ts";
import type { PlanStep } from "./layout-plan.ts";
import type { TensorStore } from "./tensor-store.ts";
import type { BackendTraits, TensorFlow, TfTensor } from "./tensorflow.ts";

export interface StepSettings {
  readonly tf: TensorFlow;
  readonly traits: BackendTraits;
  readonly lengths: SymbolicLengths;
}

/**
 * Runs steps one by one and pauses after each, so that whoever drives it can stop between two. A value is freed once no later step reads it, and what a kernel makes on its way is gone when it
 * returns: the store holds what is still needed and nothing else.
 *
 * @param kept values that are needed afterwards
 */
export function* runSteps(steps: readonly PlanStep[], kept: ReadonlySet<string>, store: TensorStore, settings: StepSettings): Generator<void, void, void> {
  const dead = lastReads(steps, kept);
  for (const step of steps) {
    store.set(step.output, settings.tf.keep(settings.tf.tidy(() => applyKernel(step, (name) => store.get(name), settings))));
    for (const name of dead.get(step) ?? []) store.free(name);
    yield;
  }
}

/** One step's result. */
export function applyKernel(step: PlanStep, tensorOf: (name: string) => TfTensor, { tf, traits, lengths }: StepSettings): TfTensor {
  const inputs = step.inputs.map(tensorOf);
  const input = (index: number) => {
    const found = inputs[index];
    if (!found) throw new GraphCompileError(`The operation ${step.operation} has no input ${index}.`);
    return found;
  };
  // The kernel found by a step's operation takes that operation's attributes, which TypeScript cannot follow through a lookup by a union of names.
  const kernel = kernels[step.operation] as (call: Omit<KernelCall<"add">, "attributes"> & Pick<PlanStep, "attributes">) => TfTensor;
  return kernel({ tf, traits, inputs, input, attributes: step.attributes, dims: boundDims(step.dims, lengths) });
}

/** For every step the values that none after it reads. */
function lastReads(steps: readonly PlanStep[], kept: ReadonlySet<string>): ReadonlyMap<PlanStep, readonly string[]> {
  const read = new Set(kept);
  const dead = new Map<PlanStep, readonly string[]>();
  for (const step of [...steps].reverse()) {
    const last = [...new Set([step.output, ...step.inputs])].filter((name) => !read.has(name));
    for (const name of last) read.add(name);
    dead.set(step, last);
  }
  return dead;
}
