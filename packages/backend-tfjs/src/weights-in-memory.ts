import { describeParameter, type Graph, readTensor, tensor, toFloat32, type WeightSource } from "@glissade/core";
import type { OnProvider } from "./active-backend.ts";
import type { Plan } from "./layout-plan.ts";
import { runSteps } from "./run-steps.ts";
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
 * A graph's weights and constants as its plan reads them: each uploaded once and brought into its order there.
 *
 * @throws WeightsError where a weight is missing or does not fit; the signal's reason where aborted. Nothing stays behind then.
 */
export async function uploadWeights(graph: Graph, plan: Plan, weights: WeightSource, { tf, traits, onProvider, signal }: UploadSettings): Promise<TensorStore> {
  for (const parameter of graph.parameters) describeParameter(parameter, weights);
  const read = new Set([...plan.preparation, ...plan.steps].flatMap(({ inputs }) => inputs).concat(plan.outputs.map(({ value }) => value)));
  const store = new TensorStore();
  try {
    for (const [value, constant] of graph.constants) if (read.has(value)) onProvider(() => store.set(value, upload(tf, constant, value)));
    for (const { name, value, dims } of graph.parameters) {
      if (!read.has(value)) continue;
      const stored = tensor(dims, toFloat32(await readTensor(weights, name)));
      signal?.throwIfAborted();
      onProvider(() => store.set(value, upload(tf, stored, name)));
    }
    const readInRuns = new Set([...plan.steps.flatMap(({ inputs }) => inputs), ...plan.outputs.map(({ value }) => value)]);
    const preparation = runSteps(plan.preparation, readInRuns, store, { tf, traits, lengths: new Map() });
    while (!onProvider(() => preparation.next()).done) signal?.throwIfAborted();
    return store;
  } catch (error) {
    store.dispose();
    throw error;
  }
}
