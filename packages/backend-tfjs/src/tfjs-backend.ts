import {
  type Backend,
  type CompileOptions,
  DisposedError,
  type Executable,
  type Graph,
  type ProviderFailure,
  parameterCount,
  queue,
  type WeightSource,
} from "@glissade/graph";
import { platform } from "#platform";
import { onProvider } from "./active-backend.ts";
import { planLayout } from "./layout-plan.ts";
import { type CheckedOptions, checkOptions, type TfjsOptions } from "./options.ts";
import { type OpenedProvider, openProvider, type TfjsProvider } from "./providers.ts";
import { TfjsExecutable } from "./tfjs-executable.ts";
import { assertTransferable } from "./transfer.ts";
import { uploadWeights } from "./weights-in-memory.ts";

/** Runs graphs on TensorFlow.js. */
export interface TfjsBackend extends Backend {
  readonly name: "tfjs";
  readonly provider: TfjsProvider | undefined;
  /**
   * The providers that were asked for and could not be started, with the reasons. Empty until the
   * first graph is compiled.
   */
  readonly fallbacks: readonly ProviderFailure[];
  /** Compiled graphs that are not disposed yet. */
  readonly openExecutables: number;
}

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
  return new TensorFlowBackend(checkOptions(platform, options));
}

/**
 * Bytes of weights from which a second, packed copy of them is not worth its memory: WebAssembly
 * has 4 GiB in all, and packing anew takes a few per cent of the pass of a network of that size.
 */
const packedCopiesLimit = 512 * 2 ** 20;

class TensorFlowBackend implements TfjsBackend {
  readonly name = "tfjs";
  readonly #options: CheckedOptions;
  readonly #executables = new Set<Executable>();
  readonly #inTurn = queue();
  #opening: Promise<OpenedProvider> | undefined;
  #opened: OpenedProvider | undefined;
  #disposed = false;

  constructor(options: CheckedOptions) {
    this.#options = options;
  }

  get provider(): TfjsProvider | undefined {
    return this.#opened?.provider;
  }

  get fallbacks(): readonly ProviderFailure[] {
    return this.#opened?.passedOver ?? [];
  }

  get openExecutables(): number {
    return this.#executables.size;
  }

  async compile(
    graph: Graph,
    weights: WeightSource,
    { name = "the graph", signal }: CompileOptions = {},
  ): Promise<Executable> {
    this.#assertUsable();
    signal?.throwIfAborted();
    assertTypes(graph, name);
    const { tf, provider, traits } = await this.#open();
    const plan = planLayout(graph, { transposedProducts: traits.fastProducts });
    const run = onProvider(tf, provider);
    const uploaded = await uploadWeights(graph, plan, weights, {
      tf,
      traits,
      onProvider: run,
      signal,
    });
    const executable = new TfjsExecutable({
      ...{
        graph,
        plan,
        name,
        weights: uploaded,
        tf,
        traits,
        onProvider: run,
        inTurn: this.#inTurn,
      },
      copyWeights: traits.packedCopies && 4 * parameterCount(graph) > packedCopiesLimit,
      onDispose: () => this.#executables.delete(executable),
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
  }

  async #open(): Promise<OpenedProvider> {
    this.#opening ??= openProvider(platform, this.#options);
    this.#opened = await this.#opening;
    return this.#opened;
  }

  #assertUsable(): void {
    if (this.#disposed) throw new DisposedError("The TensorFlow.js backend");
  }
}

function assertTypes(graph: Graph, name: string): void {
  for (const { name: input, dtype } of graph.inputs) assertTransferable(dtype, input, name);
  for (const output of graph.outputs)
    assertTransferable(graph.types.get(output.value)?.dtype ?? "float32", output.name, name);
}
