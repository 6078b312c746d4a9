import {
  type AnyTensor,
  describeParameter,
  type Graph,
  readTensor,
  tensor,
  toFloat32,
  type WeightSource,
} from "@glissade/graph";
import type { OnProvider } from "./active-backend.ts";
import type { Plan } from "./layout-plan.ts";
import { countReads, RemainingReads, runStep } from "./run-steps.ts";
import { TensorStore } from "./tensor-store.ts";
import type { BackendTraits, TensorFlow } from "./tensorflow.ts";
import { upload } from "./transfer.ts";

export interface UploadSettings {
  readonly tf: TensorFlow;
  readonly traits: BackendTraits;
  readonly onProvider: OnProvider;
  readonly signal: AbortSignal | undefined;
}

/**
 * A graph's weights and constants as its plan reads them: each uploaded once and brought into its
 * order there at once, so that no more than one is there twice.
 *
 * @throws WeightsError where a weight is missing or does not fit; the signal's reason where
 * aborted. Nothing stays behind then.
 */
export async function uploadWeights(
  graph: Graph,
  plan: Plan,
  weights: WeightSource,
  { tf, traits, onProvider, signal }: UploadSettings,
): Promise<TensorStore> {
  for (const parameter of graph.parameters) describeParameter(parameter, weights);
  const readInRuns = new Set([
    ...plan.steps.flatMap(({ inputs }) => inputs),
    ...plan.outputs.map(({ value }) => value),
  ]);
  const reads = new RemainingReads(countReads(plan.preparation, readInRuns));
  const store = new TensorStore();
  let waiting = plan.preparation;
  const add = (value: string, stored: AnyTensor) => {
    store.set(value, upload(tf, stored, value));
    waiting = waiting.filter((step) => {
      if (!step.inputs.every((name) => store.has(name))) return true;
      runStep(step, reads, store, { tf, traits, lengths: new Map(), copyWeights: false });
      return false;
    });
  };
  try {
    for (const [value, constant] of graph.constants)
      if (reads.of(value) > 0) onProvider(() => add(value, constant));
    for (const { name, value, dims } of graph.parameters) {
      if (reads.of(value) === 0) continue;
      const stored = tensor(dims, toFloat32(await readTensor(weights, name)));
      signal?.throwIfAborted();
      onProvider(() => add(value, stored));
    }
    return store;
  } catch (error) {
    store.dispose();
    throw error;
  }
}
