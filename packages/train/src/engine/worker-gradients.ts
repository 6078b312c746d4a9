import { Worker } from "node:worker_threads";
import { DisposedError, InvalidArgumentError } from "@glissade/core";
import { assertPositiveInteger, type Graph } from "@glissade/graph";
import type { ParameterStore } from "../optimisers/index.ts";
import { abortable } from "../threads/abortable.ts";
import { workerEntry } from "../threads/worker-entry.ts";
import { gradientGraph } from "./compiled-gradients.ts";
import type { GradientEngine, LossGraph } from "./gradient-engine.ts";
import { GradientWorkerError } from "./gradient-worker-error.ts";
import type {
  BackendModule,
  Share,
  WorkerAnswer,
  WorkerSetup,
  WorkerTask,
} from "./worker-messages.ts";

export interface WorkerGradientsOptions {
  readonly backend: BackendModule;
  /** Threads of their own, each with one session. Default 2. */
  readonly workers?: number;
  readonly signal?: AbortSignal;
}

/**
 * Data-parallel gradients: worker threads, each with a backend of its own, compute parts of a batch
 * side by side. Two single-threaded sessions are faster than one session with two threads, because
 * nothing waits for anything within a step. The sum over workers is taken in their order: the same
 * numbers every time.
 *
 * @param loss its parameters must lie in shared memory (`new ParameterStore(shapes, { shared: true
 * })`)
 * @throws InvalidArgumentError where they do not. @throws GradientWorkerError where a worker cannot
 * load its backend or compile the graph. @throws the signal's reason where aborted.
 */
export async function workerGradients(
  loss: LossGraph,
  { backend, workers = 2, signal }: WorkerGradientsOptions,
): Promise<GradientEngine> {
  assertPositiveInteger("workers", workers);
  assertShared("parameters", loss.parameters.values);
  const graph = gradientGraph(loss);
  const pool = await startWorkers(graph, loss.parameters, backend, workers, signal);
  /** Of all workers but the first, which writes to where the sum goes. */
  const others = Array.from({ length: workers - 1 }, () => loss.parameters.zeros());
  return {
    width: workers,
    async gradients(parts, into, options = {}) {
      options.signal?.throwIfAborted();
      assertShared("into", into);
      const busy = pool.slice(0, parts.length);
      const answers = await allDone(
        busy.map((worker, index) =>
          worker.run({
            kind: "gradient",
            parts: parts.filter((_, part) => part % workers === index),
            into: others[index - 1] ?? into,
          }),
        ),
      );
      options.signal?.throwIfAborted();
      const mean = { into, others: others.slice(0, busy.length - 1), scale: 1 / parts.length };
      const means = await allDone(
        pool.map((worker, index) =>
          worker.run({ kind: "mean", ...mean, ...shareOf(into.length, index, workers) }),
        ),
      );
      return {
        norm: Math.sqrt(means.reduce((sum, { sumOfSquares }) => sum + sumOfSquares, 0)),
        outputs: parts.map(
          (_, part) => answers[part % workers]?.outputs[Math.floor(part / workers)] ?? {},
        ),
      };
    },
    async update(update) {
      const arrays = {
        values: update.values,
        gradient: update.gradient,
        firstMoment: update.firstMoment,
        secondMoment: update.secondMoment,
      };
      for (const [name, array] of Object.entries(arrays)) assertShared(name, array);
      for (const { values } of update.averages) assertShared("averages", values);
      await allDone(
        pool.map((worker, index) =>
          worker.run({ kind: "update", update, ...shareOf(update.values.length, index, workers) }),
        ),
      );
    },
    async dispose() {
      await Promise.all(pool.map((worker) => worker.stop()));
    },
  };
}

async function startWorkers(
  graph: Graph,
  parameters: ParameterStore,
  backend: BackendModule,
  count: number,
  signal?: AbortSignal,
): Promise<GradientWorker[]> {
  const pool = Array.from({ length: count }, () => new GradientWorker(graph, parameters, backend));
  try {
    await abortable(Promise.all(pool.map((worker) => worker.ready())), signal);
    return pool;
  } catch (error) {
    await Promise.all(pool.map((worker) => worker.stop()));
    throw error;
  }
}

/**
 * Waits for all of them, also where one fails: a worker that is still busy would answer the next
 * step's question.
 */
async function allDone<T>(running: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(running);
  return Promise.all(running);
}

class GradientWorker {
  readonly #worker: Worker;
  #waiting:
    | { resolve: (answer: WorkerAnswer) => void; reject: (error: unknown) => void }
    | undefined;
  #early: WorkerAnswer | undefined;
  #ended: unknown;

  constructor(graph: Graph, parameters: ParameterStore, backend: BackendModule) {
    const setup: WorkerSetup = {
      backend,
      graph,
      shapes: parameters.slots.map(({ name, dims }) => ({ name, dims })),
      parameters: parameters.values.buffer as SharedArrayBuffer, // by assertShared
    };
    const [entry, options] = workerEntry(
      "#gradient-worker",
      new URL("./gradient-worker.ts", import.meta.url),
    );
    this.#worker = new Worker(entry, { ...options, workerData: setup });
    this.#worker.on("message", (answer: WorkerAnswer) => this.#settle(answer));
    this.#worker.on("error", (error) =>
      this.#fail(new GradientWorkerError({ reason: error.message, cause: error })),
    );
    this.#worker.on("exit", (code) =>
      this.#fail(new GradientWorkerError({ reason: `it ended by itself with code ${code}` })),
    );
  }

  async ready(): Promise<void> {
    await this.#answer();
  }

  async run<Kind extends WorkerTask["kind"]>(
    task: WorkerTask & { readonly kind: Kind },
  ): Promise<WorkerAnswer & { readonly kind: Kind }> {
    const answer = this.#answer();
    this.#worker.postMessage(task);
    // a worker answers a task with its kind, or with "failed", which has been thrown
    return (await answer) as WorkerAnswer & { readonly kind: Kind };
  }

  async stop(): Promise<void> {
    this.#fail(new DisposedError("A training worker"));
    await this.#worker.terminate();
  }

  async #answer(): Promise<Exclude<WorkerAnswer, { kind: "failed" }>> {
    if (this.#ended !== undefined) throw this.#ended;
    const answer =
      this.#early ??
      (await new Promise<WorkerAnswer>((resolve, reject) => (this.#waiting = { resolve, reject })));
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

/**
 * Posted to a worker, memory of one thread would be a copy: every step would have the first step's
 * gradient.
 */
function assertShared(argument: string, { buffer }: Float32Array): void {
  if (buffer instanceof SharedArrayBuffer) return;
  throw new InvalidArgumentError({
    argument,
    received: "values in memory of one thread",
    expected: "values of a ParameterStore with `shared: true`, or its zeros()",
  });
}

/** The index-th of `count` parts of an array, whole cache lines. */
function shareOf(length: number, index: number, count: number): Share {
  const boundary = (k: number) =>
    k === count ? length : Math.floor((length * k) / count / 16) * 16;
  return { start: boundary(index), end: boundary(index + 1) };
}
