import { DisposedError } from "../errors.ts";
import { evaluateGraph, fromNdArray } from "../graph/evaluate.ts";
import type { Graph } from "../graph/graph.ts";
import { describeParameter } from "../parameters/parameter-weights.ts";
import { readTensor, toFloat32 } from "../parameters/tensor-bytes.ts";
import type { WeightSource } from "../parameters/weight-source.ts";
import { type AnyTensor, tensor } from "../tensor.ts";
import {
  type Backend,
  backendSpecificationVersion,
  type CompileOptions,
  type Executable,
  type RunOptions,
} from "./backend.ts";
import { bindInputs } from "./run-inputs.ts";

/**
 * The reference interpreter as a backend: every operation in float64 with plain loops, results
 * rounded to the graph's types. For tests and for judging other backends; far too slow for
 * images.
 */
export interface Interpreter extends Backend {
  /** Compiled graphs that are not disposed yet. */
  readonly openExecutables: number;
}

/**
 * @example
 * ```ts
 * const executable = await interpreter().compile(graph, weights);
 * const { y } = await executable.run({ x: tensor([1, 3, 8, 8]) });
 * ```
 */
export function interpreter(): Interpreter {
  const open = new Set<Executable>();
  return {
    specificationVersion: backendSpecificationVersion,
    name: "interpreter",
    provider: "float64",
    get openExecutables() {
      return open.size;
    },
    async compile(
      graph: Graph,
      weights: WeightSource,
      { signal }: CompileOptions = {},
    ): Promise<Executable> {
      const parameters = await readParameters(graph, weights);
      signal?.throwIfAborted();
      const executable: Executable = {
        async run(inputs: Readonly<Record<string, AnyTensor>>, options: RunOptions = {}) {
          options.signal?.throwIfAborted();
          if (!open.has(executable)) throw new DisposedError("This graph");
          bindInputs(graph, inputs);
          const results = Object.entries(evaluateGraph(graph, inputs, parameters));
          return Object.fromEntries(
            results.map(([name, value]) => [name, fromNdArray(value, outputType(graph, name))]),
          );
        },
        async dispose() {
          open.delete(executable);
        },
      };
      open.add(executable);
      return executable;
    },
    async dispose() {
      open.clear();
    },
  };
}

async function readParameters(
  graph: Graph,
  weights: WeightSource,
): Promise<Map<string, AnyTensor>> {
  const parameters = new Map<string, AnyTensor>();
  for (const parameter of graph.parameters) {
    const { dims } = describeParameter(parameter, weights);
    const values = toFloat32(await readTensor(weights, parameter.name));
    parameters.set(parameter.name, tensor(dims, values));
  }
  return parameters;
}

function outputType(graph: Graph, name: string): string {
  const output = graph.outputs.find((candidate) => candidate.name === name);
  return graph.types.get(output?.value ?? "")?.dtype ?? "float32";
}
