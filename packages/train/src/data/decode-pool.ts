import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { DisposedError } from "@glissade/core";
import { workerEntry } from "../threads/worker-entry.ts";
import type { DecodeReply, DecodeRequest } from "./decode-messages.ts";
import { TrainingDataError } from "./training-data-error.ts";

/** How long a worker that was asked to end may finish its image. */
const patienceMilliseconds = 5000;

interface Job {
  readonly request: DecodeRequest;
  resolve(reply: DecodeReply): void;
  reject(error: unknown): void;
}

/**
 * Worker threads that read and decode images, one each at a time. They start when there is work
 * for them and stay until `dispose`.
 */
export class DecodePool {
  readonly #size: number;
  readonly #workers = new Map<Worker, Job | undefined>();
  readonly #waiting: Job[] = [];
  #disposed = false;

  constructor(size: number) {
    this.#size = size;
  }

  /**
   * @throws TrainingDataError where a worker fails itself, DisposedError where the pool ends first.
   * A file that is of no use is a reply.
   */
  async decode(request: DecodeRequest): Promise<DecodeReply> {
    await loadSharp();
    if (this.#disposed) throw new DisposedError("The training data");
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
      this.#assign();
    });
  }

  /** Ends when the last worker has. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    for (const job of this.#waiting.splice(0)) job.reject(new DisposedError("The training data"));
    await Promise.all([...this.#workers.keys()].map(endWorker));
  }

  #assign(): void {
    while (this.#waiting.length > 0) {
      const worker = this.#idleWorker();
      if (!worker) return;
      const job = this.#waiting.shift();
      if (!job) return;
      this.#workers.set(worker, job);
      // only work in hand keeps the process alive: who forgets to dispose can still end
      worker.ref();
      worker.postMessage(job.request);
    }
  }

  #idleWorker(): Worker | undefined {
    for (const [worker, job] of this.#workers) if (!job) return worker;
    return this.#workers.size < this.#size ? this.#startWorker() : undefined;
  }

  #startWorker(): Worker {
    const worker = new Worker(
      ...workerEntry("#decode-worker", new URL("./decode-worker.ts", import.meta.url)),
    );
    this.#workers.set(worker, undefined);
    let failure: unknown;
    worker.on("message", (reply: DecodeReply) => {
      const job = this.#workers.get(worker);
      this.#workers.set(worker, undefined);
      worker.unref();
      job?.resolve(reply);
      this.#assign();
    });
    worker.on("error", (error) => {
      failure = error;
    });
    worker.on("exit", (code) => {
      const job = this.#workers.get(worker);
      this.#workers.delete(worker);
      job?.reject(
        this.#disposed
          ? new DisposedError("The training data")
          : workerFailure(job.request, code, failure),
      );
      this.#assign();
    });
    return worker;
  }
}

async function endWorker(worker: Worker): Promise<void> {
  const ended = once(worker, "exit");
  worker.ref();
  worker.postMessage(undefined);
  const impatience = setTimeout(() => worker.terminate(), patienceMilliseconds);
  await ended;
  clearTimeout(impatience);
}

/**
 * Its native library has to be loaded by the main thread before a worker loads it, as sharp's
 * installation notes say: else it is unloaded with the first worker that ends.
 */
async function loadSharp(): Promise<void> {
  try {
    await import("sharp");
  } catch (cause) {
    throw new TrainingDataError({
      source: "The data",
      found: `images cannot be decoded, because sharp does not load (${cause instanceof Error ? cause.message.split("\n")[0] : cause})`,
      advice: "Install sharp for this platform: npm install --include=optional sharp.",
      cause,
    });
  }
}

function workerFailure({ image }: DecodeRequest, code: number, cause: unknown): TrainingDataError {
  return new TrainingDataError({
    source: image.path,
    found: `the thread that decoded it ended with code ${code}${cause instanceof Error ? ` (${cause.message})` : ""}`,
    advice: "If memory ran out, use fewer workers; if it is always this file, remove it.",
    cause,
  });
}
