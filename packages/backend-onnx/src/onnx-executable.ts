import { type AnyTensor, DisposedError, type Executable, type Graph, type RunOptions } from "@glissade/core";
import type { InferenceSession } from "onnxruntime-node";
import { ExecutionError, reasonOf } from "./errors.ts";
import { feedsFor, resultTensor } from "./run-tensors.ts";
import type { Runtime } from "./runtime.ts";

export interface ExecutableParts {
  readonly graph: Graph;
  readonly name: string;
  readonly runtime: Runtime;
  readonly session: InferenceSession;
  readonly outputNames: ReadonlyMap<string, string>;
  readonly profiled: boolean;
  readonly onDispose: () => void;
}

/** A graph in an open session. */
export class OnnxExecutable implements Executable {
  readonly #parts: ExecutableParts;
  readonly #running = new Set<Promise<unknown>>();
  #disposing: Promise<void> | undefined;

  constructor(parts: ExecutableParts) {
    this.#parts = parts;
  }

  async run(inputs: Readonly<Record<string, AnyTensor>>, { signal }: RunOptions = {}): Promise<Record<string, AnyTensor>> {
    const { graph, name, runtime, session, outputNames } = this.#parts;
    if (this.#disposing) throw new DisposedError(name);
    signal?.throwIfAborted();
    const results = await this.#track(session.run(feedsFor(runtime, graph, inputs)));
    signal?.throwIfAborted();
    const outputs: Record<string, AnyTensor> = {};
    for (const [output, onnxName] of outputNames) outputs[output] = await resultTensor(results[onnxName], output);
    return outputs;
  }

  /** Waits for runs that have begun, then frees the session. */
  dispose(): Promise<void> {
    this.#disposing ??= this.#release();
    return this.#disposing;
  }

  async #release(): Promise<void> {
    const { session, profiled, onDispose } = this.#parts;
    await Promise.allSettled(this.#running);
    if (profiled) session.endProfiling();
    await session.release();
    onDispose();
  }

  async #track<T>(run: Promise<T>): Promise<T> {
    this.#running.add(run);
    try {
      return await run;
    } catch (cause) {
      throw new ExecutionError(`ONNX Runtime failed while it ran ${this.#parts.name}: ${reasonOf(cause)}.`, { cause });
    } finally {
      this.#running.delete(run);
    }
  }
}
