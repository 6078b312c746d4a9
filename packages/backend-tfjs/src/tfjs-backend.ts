import {
  type CompiledBackend,
  compiledBackend,
  type Graph,
  parameterCount,
  queue,
} from "@glissade/graph";
import { platform } from "#platform";
import { onProvider } from "./active-backend.ts";
import { planLayout } from "./layout-plan.ts";
import { checkOptions, type TfjsOptions } from "./options.ts";
import type { TfjsProvider } from "./provider-choice.ts";
import { openProvider } from "./providers.ts";
import { TensorGraph } from "./tensor-graph.ts";
import { assertTransferable } from "./transfer.ts";
import { uploadWeights } from "./weights-in-memory.ts";

/** Runs graphs on TensorFlow.js. */
export type TfjsBackend = CompiledBackend<"tfjs", TfjsProvider>;

/**
 * A backend on TensorFlow.js, in Node and in browsers: on one of its backends that the application
 * has started, or whose package is installed.
 *
 * Runs are executed one after another. Between two the application's own active backend is as it
 * was, and during one the thread is free every few hundredths of a second. TensorFlow.js keeps the
 * memory of graphics devices for its next tensors: `dispose()` frees every tensor, and the device's
 * memory is the application's to give back (`tf.removeBackend`).
 *
 * @throws UnknownNameError for a provider that does not exist. @throws InvalidArgumentError for any
 * other option that is out of range.
 * @example
 * ```ts
 * const backend = tfjs({ providers: ["webgpu", "webgl", "wasm", "cpu"] });
 * const network = await backend.compile(graph, weights);
 * console.log(backend.provider, backend.fallbacks);
 * const { y } = await network.run({ x: tensor([1, 3, 64, 64]) });
 * await backend.dispose();
 * ```
 */
export function tfjs(options: TfjsOptions = {}): TfjsBackend {
  const checked = checkOptions(platform, options);
  const inTurn = queue();
  return compiledBackend({
    name: "tfjs",
    runtime: "TensorFlow.js",
    check: assertTypes,
    open: () => openProvider(platform, checked),
    async compile({ tf, provider, traits }, graph, weights, { signal }) {
      const plan = planLayout(graph, { transposedProducts: traits.fastProducts });
      const run = onProvider(tf, provider);
      const uploaded = await uploadWeights(graph, plan, weights, {
        tf,
        traits,
        onProvider: run,
        signal,
      });
      return new TensorGraph({
        graph,
        plan,
        weights: uploaded,
        tf,
        traits,
        onProvider: run,
        inTurn,
        copyWeights: traits.packedCopies && 4 * parameterCount(graph) > packedCopiesLimit,
      });
    },
  });
}

/**
 * Bytes of weights from which a second, packed copy of them is not worth its memory: WebAssembly
 * has 4 GiB in all, and packing anew takes a few per cent of the pass of a network of that size.
 */
const packedCopiesLimit = 512 * 2 ** 20;

function assertTypes(graph: Graph, name: string): void {
  for (const { name: input, dtype } of graph.inputs) assertTransferable(dtype, input, name);
  for (const output of graph.outputs)
    assertTransferable(graph.types.get(output.value)?.dtype ?? "float32", output.name, name);
}
