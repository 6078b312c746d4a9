import { DisposedError, GlissadeError } from "../errors.ts";
import type { Graph } from "../graph/graph.ts";
import type { WeightSource } from "../parameters/weight-source.ts";
import type { AnyTensor } from "../tensor.ts";
import {
  type Backend,
  backendSpecificationVersion,
  type CompileOptions,
  type Executable,
  type ProviderFailure,
  type RunOptions,
} from "./backend.ts";
import { ExecutionError, reasonOf } from "./backend-errors.ts";
import { bindInputs, type SymbolicLengths } from "./run-inputs.ts";

/** A runtime that was opened on one of its providers. */
export interface OpenedRuntime<Provider extends string> {
  readonly provider: Provider;
  /** The providers that were asked for before it, and why they could not be opened. */
  readonly passedOver: readonly ProviderFailure[];
}

/** A graph as a runtime has it. */
export interface CompiledGraph {
  /**
   * @param inputs which fit the graph
   * @param lengths of its symbolic axes
   * @throws the signal's reason if aborted. An error that is not Glissade's becomes an
   * ExecutionError.
   */
  run(
    inputs: Readonly<Record<string, AnyTensor>>,
    lengths: SymbolicLengths,
    signal: AbortSignal | undefined,
  ): Promise<Record<string, AnyTensor>>;
  /** Frees what it holds. Called once, when no run is left. */
  release(): void | Promise<void>;
}

/** What {@link compiledBackend} needs to know about a runtime. */
export interface BackendParts<
  Name extends string,
  Provider extends string,
  Opened extends OpenedRuntime<Provider>,
> {
  readonly name: Name;
  /** The runtime in messages: `"ONNX Runtime"`. */
  readonly runtime: string;
  /** Refuses a graph that the runtime cannot have, before anything is opened. */
  check?(graph: Graph, name: string): void;
  /** Called once, when the first graph is compiled. */
  open(): Promise<Opened>;
  compile(
    opened: Opened,
    graph: Graph,
    weights: WeightSource,
    options: { readonly name: string; readonly signal: AbortSignal | undefined },
  ): Promise<CompiledGraph>;
  /** Frees what `open` opened, when every graph is released. */
  close?(opened: Opened): void;
  /** A runtime's error, for the end of a sentence. Default: `reasonOf`. */
  reasonFor?(error: unknown): string;
}

/** A backend that opens a runtime when it is first needed. */
export interface CompiledBackend<Name extends string, Provider extends string> extends Backend {
  readonly name: Name;
  readonly provider: Provider | undefined;
  /**
   * The providers that were asked for and could not be opened, with the reasons. Empty until the
   * first graph is compiled.
   */
  readonly fallbacks: readonly ProviderFailure[];
  /** Compiled graphs that are not disposed yet. */
  readonly openExecutables: number;
}

/**
 * The life of a backend around a runtime: opened once, when the first graph is compiled; runs are
 * checked and awaited before a graph is released; disposing of the backend releases its graphs.
 *
 * @example
 * ```ts
 * const backend = compiledBackend({
 *   name: "mine",
 *   runtime: "My runtime",
 *   open: async () => ({ provider: "cpu", passedOver: [], runtime: await loadRuntime() }),
 *   compile: async ({ runtime }, graph, weights) => new MyGraph(runtime, graph, weights),
 * });
 * ```
 */
export function compiledBackend<
  Name extends string,
  Provider extends string,
  Opened extends OpenedRuntime<Provider>,
>(parts: BackendParts<Name, Provider, Opened>): CompiledBackend<Name, Provider> {
  const executables = new Set<Executable>();
  let opening: Promise<Opened> | undefined;
  let opened: Opened | undefined;
  let isDisposed = false;
  const assertUsable = () => {
    if (isDisposed) throw new DisposedError(`The ${parts.runtime} backend`);
  };
  const open = async () => {
    opening ??= parts.open();
    opened = await opening;
    return opened;
  };
  return {
    specificationVersion: backendSpecificationVersion,
    name: parts.name,
    get provider() {
      return opened?.provider;
    },
    get fallbacks() {
      return opened?.passedOver ?? [];
    },
    get openExecutables() {
      return executables.size;
    },
    async compile(
      graph: Graph,
      weights: WeightSource,
      { name = "the graph", signal }: CompileOptions = {},
    ): Promise<Executable> {
      assertUsable();
      signal?.throwIfAborted();
      parts.check?.(graph, name);
      const compiled = await parts.compile(await open(), graph, weights, { name, signal });
      const executable = new TrackedExecutable(compiled, {
        graph,
        name,
        runtime: parts.runtime,
        reasonFor: parts.reasonFor ?? reasonOf,
        onDispose: () => executables.delete(executable),
      });
      executables.add(executable);
      try {
        signal?.throwIfAborted();
        assertUsable();
      } catch (error) {
        await executable.dispose();
        throw error;
      }
      return executable;
    },
    async dispose() {
      isDisposed = true;
      await Promise.all([...executables].map((executable) => executable.dispose()));
      if (!parts.close || !opening) return;
      const runtime = await opening.catch(() => undefined);
      if (runtime) parts.close(runtime);
    },
  };
}

interface ExecutableParts {
  readonly graph: Graph;
  readonly name: string;
  readonly runtime: string;
  readonly reasonFor: (error: unknown) => string;
  readonly onDispose: () => void;
}

/** A compiled graph that knows its runs. */
class TrackedExecutable implements Executable {
  readonly #compiled: CompiledGraph;
  readonly #parts: ExecutableParts;
  readonly #running = new Set<Promise<unknown>>();
  #disposing: Promise<void> | undefined;

  constructor(compiled: CompiledGraph, parts: ExecutableParts) {
    this.#compiled = compiled;
    this.#parts = parts;
  }

  async run(
    inputs: Readonly<Record<string, AnyTensor>>,
    { signal }: RunOptions = {},
  ): Promise<Record<string, AnyTensor>> {
    const { graph, name, runtime, reasonFor } = this.#parts;
    if (this.#disposing) throw new DisposedError(name);
    signal?.throwIfAborted();
    const run = this.#compiled.run(inputs, bindInputs(graph, inputs), signal);
    this.#running.add(run);
    try {
      return await run;
    } catch (cause) {
      signal?.throwIfAborted();
      if (GlissadeError.isInstance(cause)) throw cause;
      throw new ExecutionError(`${runtime} failed while it ran ${name}: ${reasonFor(cause)}.`, {
        cause,
      });
    } finally {
      this.#running.delete(run);
    }
  }

  /** Waits for runs that have begun, then releases the graph. */
  dispose(): Promise<void> {
    this.#disposing ??= this.#release();
    return this.#disposing;
  }

  async #release(): Promise<void> {
    await Promise.allSettled(this.#running);
    await this.#compiled.release();
    this.#parts.onDispose();
  }
}
