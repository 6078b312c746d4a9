import {
  type CompiledBackend,
  compiledBackend,
  type Graph,
  GraphCompileError,
} from "@glissade/graph";
import { platform } from "#platform";
import { assertWithinLimits } from "./device-limits.ts";
import { reasonOf } from "./errors.ts";
import { toOnnxModel } from "./onnx-model.ts";
import { checkOptions, type OnnxOptions, sessionOptions } from "./options.ts";
import type { ExecutionProvider } from "./provider-choice.ts";
import { chooseProvider } from "./providers.ts";
import { canPass } from "./run-tensors.ts";
import { openSession } from "./session.ts";
import { SessionGraph } from "./session-graph.ts";

/** Runs graphs on ONNX Runtime. */
export type OnnxBackend = CompiledBackend<"onnx", ExecutionProvider>;

/**
 * A backend on ONNX Runtime: native in Node, WebAssembly or WebGPU in browsers.
 *
 * Runs are started in the order of their calls and executed one after another. In Node, and on
 * WebAssembly, a run keeps JavaScript's thread busy until it returns: in a page the backend belongs
 * into a worker.
 *
 * @throws UnknownNameError for a provider that does not exist. @throws InvalidArgumentError for any
 * other option that is out of range.
 * @example
 * ```ts
 * const backend = onnx({ providers: ["cuda", "cpu"] });
 * const network = await backend.compile(graph, weights);
 * console.log(backend.provider, backend.fallbacks);
 * const { y } = await network.run({ x: tensor([1, 3, 64, 64]) });
 * await backend.dispose();
 * ```
 */
export function onnx(options: OnnxOptions = {}): OnnxBackend {
  const checked = checkOptions(platform, options);
  return compiledBackend({
    name: "onnx",
    runtime: "ONNX Runtime",
    check: assertPassable,
    open: () => chooseProvider(platform, checked),
    async compile({ runtime, provider, choice, device, inTurn }, graph, weights, { name, signal }) {
      if (device?.lost) throw device.lost;
      if (device) assertWithinLimits(graph, device.limits, name, new Map());
      const model = await toOnnxModel(graph, weights, {
        name,
        fixedShapes: checked.memory !== "small",
        ...(signal ? { signal } : {}),
      });
      signal?.throwIfAborted();
      const session = await inTurn(() =>
        openSession(runtime, model, sessionOptions(checked, choice, model), name),
      );
      return new SessionGraph({
        graph,
        name,
        runtime,
        session,
        device,
        inTurn,
        refuseZeros:
          platform.name === "browser" && provider !== "wasm" && checked.refuseZeros !== false,
        outputNames: model.outputNames,
        isProfiled: checked.profile !== undefined,
      });
    },
    close: ({ device }) => device?.destroy(),
    reasonFor: reasonOf,
  });
}

function assertPassable(graph: Graph, name: string): void {
  const types = [
    ...graph.inputs,
    ...graph.outputs.map((output) => ({
      name: output.name,
      dtype: graph.types.get(output.value)?.dtype ?? "float32",
    })),
  ];
  for (const { name: value, dtype } of types) {
    if (!canPass(dtype))
      throw new GraphCompileError(
        `${name} has ${JSON.stringify(value)} of type ${dtype}, which ONNX Runtime's JavaScript cannot pass; cast it within the graph.`,
      );
  }
}
