import { Worker } from "node:worker_threads";
import { assertPositiveInteger, DisposedError, type Graph, InvalidArgumentError } from "@glissade/core";
import { abortable } from "../data/abortable.ts";
import type { ParameterStore } from "../optimisers/index.ts";
import { workerEntry } from "../worker-entry.ts";
import { gradientGraph } from "./compiled-gradients.ts";
import type { GradientEngine, GraphInputs, LossGraph } from "./gradient-engine.ts";
import { GradientWorkerError } from "./gradient-worker-error.ts";
import type { BackendModule, WorkerAnswer, WorkerSetup, WorkerTask } from "./worker-messages.ts";

export interface WorkerGradientsOptions {
  readonly backend: BackendModule;
  /** Threads of their own, each with one session. Default 2. */
  readonly workers?: number;
  readonly signal?: AbortSignal;
}

/**
 * Data-parallel gradients: worker threads, each with a backend of its own, compute parts of a batch side by side. Two single-threaded sessions are faster than one session with two threads,
 * because nothing waits for anything within a step. The sum over workers is taken in their order: the same numbers every time.
 *
 * @param loss its parameters must lie in shared memory (`new ParameterStore(shapes, { shared: true })`)
 * @throws InvalidArgumentError where they do not. @throws GradientWorkerError where a worker cannot load its backend or compile the graph. @throws the signal's reason where aborted.
 */
export async function workerGradients(loss: LossGraph, { backend, workers = 2, signal }: WorkerGradientsOptions): Promise<GradientEngine> {
  assertPositiveInteger("workers", workers);
  assertShared(loss.parameters);
  const graph = gradientGraph(loss);
  const pool = await startWorkers(graph, loss.parameters, backend, workers, signal);
  return {
    width: workers,
    async gradients(parts, into, options = {}) {
      options.signal?.throwIfAborted();
      const shares = pool.map((_, index) => parts.filter((_, part) => part % workers === index));
      const scale = 1 / parts.length;
      const answers = await allDone(pool.map((worker, index) => worker.run({ parts: shares[index] ?? [], scale })));
      options.signal?.throwIfAborted();
      sumInto(
        into,
        pool.filter((_, index) => (shares[index]?.length ?? 0) > 0).map(({ gradient }) => gradient),
      );
      return parts.map((_, part) => answers[part % workers]?.[Math.floor(part / workers)] ?? {});
    },
    async dispose() {
      await Promise.all(pool.map((worker) => worker.stop()));
    },
  };
}

async function startWorkers(graph: Graph, parameters: ParameterStore, backend: BackendModule, count: number, signal?: AbortSignal): Promise<GradientWorker[]> {
  const pool = Array.from({ length: count }, () => new GradientWorker(graph, parameters, backend));
  try {
    await abortable(Promise.all(pool.map((worker) => worker.ready())), signal);
    return pool;
  } catch (error) {
    await Promise.all(pool.map((worker) => worker.stop()));
    throw error;
  }
}

/** Waits for all of them, also where one fails: a worker that is still busy would answer the next step's question. */
async function allDone<T>(running: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(running);
  return Promise.all(running);
}

class GradientWorker {
  readonly gradient: Float32Array;
  readonly #worker: Worker;
  #waiting: { resolve: (answer: WorkerAnswer) => void; reject: (error: unknown) => void } | undefined;
  #early: WorkerAnswer | undefined;
  #ended: unknown;

  constructor(graph: Graph, parameters: ParameterStore, backend: BackendModule) {
    this.gradient = new Float32Array(new SharedArrayBuffer(4 * parameters.size));
    const setup: WorkerSetup = {
      backend,
      graph,
      shapes: parameters.slots.map(({ name, dims }) => ({ name, dims })),
      parameters: parameters.values.buffer as SharedArrayBuffer, // by assertShared
      gradient: this.gradient.buffer as SharedArrayBuffer, // made above
    };
    const [entry, options] = workerEntry("#gradient-worker", new URL("./gradient-worker.ts", import.meta.url));
    this.#worker = new Worker(entry, { ...options, workerData: setup });
    this.#worker.on("message", (answer: WorkerAnswer) => this.#settle(answer));
    this.#worker.on("error", (error) => this.#fail(new GradientWorkerError({ reason: error.message, cause: error })));
    this.#worker.on("exit", (code) => this.#fail(new GradientWorkerError({ reason: `it ended by itself with code ${code}` })));
  }

  async ready(): Promise<void> {
    await this.#answer();
  }

  async run(task: WorkerTask): Promise<readonly GraphInputs[]> {
    if (task.parts.length === 0) return [];
    const answer = this.#answer();
    this.#worker.postMessage(task);
    const settled = await answer;
    return settled.kind === "done" ? settled.outputs : [];
  }

  async stop(): Promise<void> {
    this.#fail(new DisposedError("A training worker"));
    await this.#worker.terminate();
  }

  async #answer(): Promise<WorkerAnswer> {
    if (this.#ended !== undefined) throw this.#ended;
    const answer = this.#early ?? (await new Promise<WorkerAnswer>((resolve, reject) => (this.#waiting = { resolve, reject })));
    this.#early = undefined;
    if (answer.kind === "failed") throw new GradientWorkerError(answer);
    return answer;
  }

  #settle(answer: WorkerAnswer): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) waiting.resolve(answer);
    else this.#early = answer;
  }

  #fail(error: unknown): void {
    this.#ended ??= error;
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}

function assertShared({ values }: ParameterStore): void {
  if (values.buffer instanceof SharedArrayBuffer) return;
  // Posted to a worker they would be a copy, and every step would have the first step's gradient.
  throw new InvalidArgumentError({ argument: "parameters", received: "values in memory of one thread", expected: "a ParameterStore with `shared: true`" });
}

function sumInto(into: Float32Array, [first, ...rest]: readonly Float32Array[]): void {
  if (!first) return;
  into.set(first);
  for (const other of rest) for (let i = 0; i < into.length; i++) into[i] = (into[i] as number) + (other[i] as number);
}
