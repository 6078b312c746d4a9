import {
  type Backend,
  type CompileOptions,
  DisposedError,
  type Executable,
  type Graph,
  GraphCompileError,
  type ProviderFailure,
  type WeightSource,
} from "@glissade/graph";
import { platform } from "#platform";
import { assertWithinLimits } from "./device-limits.ts";
import { OnnxExecutable } from "./onnx-executable.ts";
import { toOnnxModel } from "./onnx-model.ts";
import { type CheckedOptions, checkOptions, type OnnxOptions, sessionOptions } from "./options.ts";
import {
  type ChosenProvider,
  chooseProvider,
  type ExecutionProvider,
  providerName,
} from "./providers.ts";
import { canPass } from "./run-tensors.ts";
import { openSession } from "./session.ts";

/** Runs graphs on ONNX Runtime. */
export interface OnnxBackend extends Backend {
  readonly name: "onnx";
  readonly provider: ExecutionProvider | undefined;
  /**
   * The providers that were asked for and could not be opened, with the reasons. Empty until the
   * first graph is compiled.
   */
  readonly fallbacks: readonly ProviderFailure[];
  /** Compiled graphs that are not disposed yet. */
  readonly openSessions: number;
}

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
  return new OnnxRuntimeBackend(checkOptions(platform, options));
}

class OnnxRuntimeBackend implements OnnxBackend {
  readonly name = "onnx";
  readonly #options: CheckedOptions;
  readonly #executables = new Set<Executable>();
  #opening: Promise<ChosenProvider> | undefined;
  #opened: ChosenProvider | undefined;
  #disposed = false;

  constructor(options: CheckedOptions) {
    this.#options = options;
  }

  get provider(): ExecutionProvider | undefined {
    return this.#opened && providerName(this.#opened.choice);
  }

  get fallbacks(): readonly ProviderFailure[] {
    return this.#opened?.passedOver ?? [];
  }

  get openSessions(): number {
    return this.#executables.size;
  }

  async compile(
    graph: Graph,
    weights: WeightSource,
    { name = "the graph", signal }: CompileOptions = {},
  ): Promise<Executable> {
    this.#assertUsable();
    signal?.throwIfAborted();
    assertPassable(graph, name);
    const { runtime, choice, device, inTurn } = await this.#open();
    if (device?.lost) throw device.lost;
    if (device) assertWithinLimits(graph, device.limits, name, new Map());
    const model = await toOnnxModel(graph, weights, {
      name,
      fixedShapes: this.#options.memory !== "small",
      ...(signal ? { signal } : {}),
    });
    signal?.throwIfAborted();
    const session = await inTurn(() =>
      openSession(runtime, model, sessionOptions(this.#options, choice, model), name),
    );
    const executable = new OnnxExecutable({
      graph,
      name,
      runtime,
      session,
      device,
      inTurn,
      refuseZeros:
        platform.name === "browser" &&
        providerName(choice) !== "wasm" &&
        this.#options.refuseZeros !== false,
      outputNames: model.outputNames,
      onDispose: () => this.#executables.delete(executable),
      profiled: this.#options.profile !== undefined,
    });
    this.#executables.add(executable);
    try {
      signal?.throwIfAborted();
      this.#assertUsable();
    } catch (error) {
      await executable.dispose();
      throw error;
    }
    return executable;
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await Promise.all([...this.#executables].map((executable) => executable.dispose()));
    (await this.#opening?.catch(() => undefined))?.device?.destroy();
  }

  async #open(): Promise<ChosenProvider> {
    this.#opening ??= chooseProvider(platform, this.#options);
    this.#opened = await this.#opening;
    return this.#opened;
  }

  #assertUsable(): void {
    if (this.#disposed) throw new DisposedError("The ONNX backend");
  }
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
