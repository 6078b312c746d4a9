import { type AnyTensor, type Backend, WeightsError } from "@glissade/core";
import {
  type Executable,
  type Graph,
  gradient,
  parametersAsInputs,
  subPixelConvolutions,
  type WeightSource,
  winogradConvolutions,
} from "@glissade/graph";
import { applyAdamW, globalNorm, ParameterStore } from "../optimisers/index.ts";
import type { GradientEngine, GraphInputs, LossGraph } from "./gradient-engine.ts";

/** The loss's graph with one output `grad.<name>` for each parameter, and parameters as inputs. */
export function gradientGraph({ graph, parameters }: LossGraph): Graph {
  const derivative = gradient(subPixelConvolutions(winogradConvolutions(graph)), {
    of: "loss",
    withRespectTo: parameters.slots.map(({ name }) => name),
  });
  return parametersAsInputs(
    derivative,
    new Map(parameters.slots.map(({ name, dims }) => [name, dims])),
  );
}

/** Gradients on one backend, part after part. */
export class CompiledGradients {
  readonly #executable: Executable;
  readonly #parameters: ParameterStore;

  private constructor(executable: Executable, parameters: ParameterStore) {
    this.#executable = executable;
    this.#parameters = parameters;
  }

  static async compile(
    backend: Backend,
    graph: Graph,
    parameters: ParameterStore,
    signal?: AbortSignal,
  ): Promise<CompiledGradients> {
    return new CompiledGradients(
      await backend.compile(graph, noWeights, {
        name: "the training step",
        ...(signal && { signal }),
      }),
      parameters,
    );
  }

  /**
   * Writes `scale` (default 1) times the sum of the parts' gradients into an array of the
   * parameters' layout.
   */
  async sum(
    parts: readonly GraphInputs[],
    into: Float32Array,
    scale = 1,
    signal?: AbortSignal,
  ): Promise<GraphInputs[]> {
    const weights = Object.fromEntries(this.#parameters.toTensors());
    const others: GraphInputs[] = [];
    for (const [index, part] of parts.entries()) {
      const results = await this.#executable.run({ ...part, ...weights }, signal ? { signal } : {});
      this.#parameters.collect(results, into, { prefix: "grad.", scale, overwrite: index === 0 });
      others.push(withoutGradients(results));
    }
    return others;
  }

  dispose(): Promise<void> {
    return this.#executable.dispose();
  }
}

/**
 * Gradients in this thread, on a backend of the caller's. Where runs block the thread (ONNX Runtime
 * in Node), `workerGradients` is faster.
 */
export async function localGradients(
  backend: Backend,
  loss: LossGraph,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<GradientEngine> {
  const { values, slots } = loss.parameters;
  // ONNX Runtime takes no shared memory: then each step begins with a copy.
  const own =
    values.buffer instanceof SharedArrayBuffer ? new ParameterStore(slots) : loss.parameters;
  const compiled = await CompiledGradients.compile(backend, gradientGraph(loss), own, signal);
  return {
    width: 1,
    async gradients(parts, into, options = {}) {
      if (own !== loss.parameters) own.values.set(values);
      const outputs = await compiled.sum(parts, into, 1 / parts.length, options.signal);
      return { norm: globalNorm(into), outputs };
    },
    update: async (step) => applyAdamW(step),
    dispose: () => compiled.dispose(),
  };
}

function withoutGradients(results: Readonly<Record<string, AnyTensor>>): GraphInputs {
  return Object.fromEntries(Object.entries(results).filter(([name]) => !name.startsWith("grad.")));
}

/** A graph whose parameters are inputs reads no weights. */
const noWeights: WeightSource = {
  names: [],
  describe: () => undefined,
  locate: () => undefined,
  read: (name) =>
    Promise.reject(new WeightsError({ tensor: name, reason: "there is no such weight" })),
  dispose: async () => {},
};
